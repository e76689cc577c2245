/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Finding connections. A key's two lines are the two halves of its hash; its tag is their mix, so that
 * entries of one line still differ in 32 bits. The tag is a hint: the entry decides.
 */
#pragma once
#include "nat_entry.h"

/* What a client's packets are known by. */
struct flow {
	struct address client;
	__u64 hash; /* hash_nat */
	__u32 service;
	__be16 client_port;
	__be16 asked_port; /* where the service takes every port, else 0 */
	__u16 generation;
	__u8 protocol;
	__u8 family;
};

static __always_inline __u32 tag_of(__u64 hash)
{
	__u32 tag = hash ^ hash >> 32;

	return tag ? tag : 1;
}

static __always_inline __u32 line_of(__u64 hash, int choice)
{
	return (choice ? hash >> 32 : hash) & config.nat_mask;
}

static __always_inline __u64 word_of(__u64 hash, __u32 entry)
{
	return tag_of(hash) | (__u64)entry << 32;
}

static __always_inline struct nat_entry *entry_of(__u64 word)
{
	__u32 index = (word & ~NAT_WORD_BUSY) >> 32;

	return bpf_map_lookup_elem(&nat_entries, &index);
}

/* The first word of a line that has the tag, or 0. */
static __always_inline __u64 find_tag(const struct nat_line *line, __u32 tag)
{
	__u64 word, found = 0;

#pragma unroll
	for (int i = NAT_LINE_WORDS - 1; i >= 0; i--) {
		word = *(const volatile __u64 *)&line->words[i];
		if ((__u32)word == tag)
			found = word;
	}
	return found;
}

/* 0 if the entry is the flow's. One value of all that was read, so that the state can be read after it. */
static __always_inline __u64 unlike_flow(const struct nat_entry *entry, const struct flow *flow)
{
	struct address client = stored_address(entry->client);

	return (client.low ^ flow->client.low) | (client.high ^ flow->client.high) |
	       (entry->service ^ flow->service) | (entry->client_port ^ flow->client_port) |
	       (entry->protocol ^ flow->protocol) | (entry->generation ^ flow->generation) |
	       (flow->asked_port ? entry->backend_port ^ flow->asked_port : 0);
}

static __always_inline _Bool is_flow(const struct nat_entry *entry, const struct flow *flow)
{
	return entry->service == flow->service && entry->client_port == flow->client_port &&
	       entry->protocol == flow->protocol &&
	       (!flow->asked_port || entry->backend_port == flow->asked_port) &&
	       same_address(stored_address(entry->client), flow->client);
}

static __always_inline _Bool is_served_here(const struct nat_entry *entry)
{
	return entry->source == SOURCE_CLIENT;
}

/* The address that the member sees; 0: there is none. */
static __always_inline _Bool find_source(const struct nat_entry *entry, struct address *address)
{
	__u32 index = entry->source;
	const struct source *source;

	if (unlikely(is_served_here(entry))) {
		*address = stored_address(entry->client);
		return 1;
	}
	source = bpf_map_lookup_elem(&sources, &index);
	if (source)
		*address = stored_address(source->address);
	return source;
}

/* The same for a packet from a member. */
static __always_inline __u64 unlike_reply(const struct nat_entry *entry, const struct packet *packet)
{
	struct address backend = stored_address(entry->backend);

	return (backend.low ^ packet->source.low) | (backend.high ^ packet->source.high) |
	       (entry->backend_port ^ packet->source_port) | (entry->nat_port ^ packet->destination_port) |
	       (entry->protocol ^ packet->protocol);
}

static __always_inline _Bool is_to_source(const struct packet *packet, const struct nat_entry *entry)
{
	struct address source;

	return find_source(entry, &source) && same_address(source, packet->destination);
}

/* The entry that most likely is the line's is on its way from memory while the word is. */
static __always_inline void fetch_entry(__u32 line)
{
	__u32 index = line * NAT_LINE_WORDS;
	struct nat_entry *entry = bpf_map_lookup_elem(&nat_entries, &index);

	if (entry)
		(void)*(volatile __u8 *)&entry->state;
}

/* The flow's entry, if the first word with its tag leads to it. Else opening looks closer. */
static __always_inline struct nat_entry *find_flow(const struct flow *flow, __u64 time)
{
	struct nat_entry *entry;
	__u64 unlike;
	struct nat_line *line;
	__u32 index;
	__u64 word;

#pragma unroll
	for (int choice = 0; choice < 2; choice++) {
		index = line_of(flow->hash, choice);
		if (!choice)
			fetch_entry(index);
		line = bpf_map_lookup_elem(&nat_flows, &index);
		if (!line)
			return 0;
		word = find_tag(line, tag_of(flow->hash));
		if (!word)
			continue;
		entry = entry_of(word);
		if (!entry)
			continue;
		unlike = unlike_flow(entry, flow);
		if (!unrelated(unlike) && is_live(after(unlike, entry), time))
			return entry;
	}
	return 0;
}

/* Tags are unique in both of a reply's lines: a port whose tag is taken is not given out. */
static __always_inline struct nat_entry *find_reply(const struct packet *packet, __u64 hash, __u64 time)
{
	struct nat_entry *entry;
	__u64 unlike;
	struct nat_line *line;
	__u32 index;
	__u64 word;

#pragma unroll
	for (int choice = 0; choice < 2; choice++) {
		index = line_of(hash, choice);
		line = bpf_map_lookup_elem(&nat_replies, &index);
		if (!line)
			return 0;
		word = find_tag(line, tag_of(hash));
		if (!word)
			continue;
		entry = entry_of(word);
		if (!entry)
			continue;
		unlike = unlike_reply(entry, packet);
		if (!unrelated(unlike) && is_to_source(packet, entry) && is_live(after(unlike, entry), time))
			return entry;
	}
	return 0;
}
