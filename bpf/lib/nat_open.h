/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Opening a connection: choose a member, claim an entry, claim a port towards the member, publish.
 *
 * Any packet but a RST opens. A TCP packet in mid-stream has lost its entry (idle for too long, or this load
 * balancer is new here): it goes where the ring says, from the client's own port if that is free. If that is
 * where it went before, the connection lives on; if not, the member answers RST, and the client knows at
 * once.
 */
#pragma once
#include "nat_claim.h"
#include "ports.h"
#include "select.h"

#define OPEN_ATTEMPTS   4
#define PORT_CANDIDATES 32

/* No pointers in here: global functions see bytes. */
struct opening {
	struct flow flow;
	__u64 slot; /* hash_flow */
	__u32 time;
	__u32 member;
	__u32 entry;
	_Bool fresh; /* TCP SYN: goes on with nothing that is about to end */
};

/* Does a packet of the flow belong to this connection, or does it begin the next one? */
static __always_inline _Bool goes_on(const struct nat_entry *entry, const struct opening *opening)
{
	if (entry->generation != opening->flow.generation || !is_live(entry, opening->time))
		return 0;
	if (!opening->fresh || entry->state == NAT_ESTABLISHED)
		return 1;
	if (entry->state != NAT_OPENING)
		return 0;
	return entry->member_seen & NAT_SEEN_ANSWER || entry->member == opening->member;
}

static __always_inline _Bool may_be_taken(__u64 word, const struct opening *opening)
{
	struct nat_entry *entry = entry_of(word);

	if (!entry || word & NAT_WORD_BUSY || entry->state == NAT_CLAIMED)
		return 0;
	return is_flow(entry, &opening->flow) ? !goes_on(entry, opening) : is_abandoned(entry, opening->time);
}

/* The word of the flow's own entry, whatever its state; else a free one; else one that may be taken. */
__noinline int place_for_flow(const struct opening *opening, struct place *at)
{
	__u32 free = NO_PLACE;
	struct nat_entry *entry;

	if (!opening || !at)
		return 0;
	for (__u32 place = 0; place < NAT_PLACES; place++) {
		look_at(at, &nat_flows, opening->flow.hash, place);
		if (!at->word && free == NO_PLACE)
			free = at->index;
		if ((__u32)at->word != tag_of(opening->flow.hash))
			continue;
		entry = entry_of(at->word);
		if (entry && (at->word & NAT_WORD_BUSY || is_flow(entry, &opening->flow)))
			return 1;
	}
	if (free != NO_PLACE) {
		at->index = free;
		at->word = 0;
		return 1;
	}
	for (__u32 place = 0; place < NAT_PLACES; place++) {
		look_at(at, &nat_flows, opening->flow.hash, place);
		if (may_be_taken(at->word, opening))
			return 1;
	}
	return 0;
}

/* Another word with this tag may belong to another flow; then it is written already, and says so. */
__noinline int is_only_entry(const struct opening *opening, __u32 index)
{
	struct nat_entry *entry;
	struct place other;

	if (!opening)
		return 0;
	for (__u32 place = 0; place < NAT_PLACES; place++) {
		look_at(&other, &nat_flows, opening->flow.hash, place);
		if (other.index == index || (__u32)other.word != tag_of(opening->flow.hash))
			continue;
		entry = entry_of(other.word);
		if (!entry || other.word & NAT_WORD_BUSY || is_flow(entry, &opening->flow))
			return 0;
	}
	return 1;
}

/* Takes what an earlier connection left. The entry is ours alone from here until it is published. */
static __always_inline void clear_entry(struct nat_entry *entry, __u32 index)
{
	struct source *source = bpf_map_lookup_elem(&sources, &entry->source);

	entry->state = NAT_CLAIMED;
	if (source)
		unlink_reply(hash_reply(entry, source), index);
}

enum claim { CLAIM_NEW, CLAIM_FOUND, CLAIM_FULL, CLAIM_LOST };

/* One attempt to find the flow's entry or to make one: CLAIM_LOST to another CPU may be tried again. */
static __always_inline enum claim try_flow(struct opening *opening, struct place *at)
{
	__u64 mine = word_of(opening->flow.hash, at->index) | NAT_WORD_BUSY;
	struct nat_entry *entry = bpf_map_lookup_elem(&nat_entries, &at->index);

	if (!entry)
		return CLAIM_FULL;
	if (at->word & NAT_WORD_BUSY)
		return CLAIM_LOST;
	if (at->word && is_flow(entry, &opening->flow) && goes_on(entry, opening))
		return CLAIM_FOUND;
	if (!swap_word(&nat_flows, at->index, at->word, mine))
		return CLAIM_LOST;
	if (at->word && !may_be_taken(at->word, opening)) {
		swap_word(&nat_flows, at->index, mine, at->word);
		return CLAIM_LOST;
	}
	if (at->word)
		clear_entry(entry, at->index);
	if (is_only_entry(opening, at->index))
		return CLAIM_NEW;
	swap_word(&nat_flows, at->index, mine, 0);
	return CLAIM_LOST;
}

__noinline int claim_flow(struct opening *opening)
{
	enum claim claim = CLAIM_LOST;
	struct place at = {};

	if (!opening)
		return CLAIM_FULL;
	for (int i = 0; i < OPEN_ATTEMPTS && claim == CLAIM_LOST; i++) {
		if (!place_for_flow(opening, &at))
			return CLAIM_FULL;
		opening->entry = at.index;
		claim = try_flow(opening, &at);
	}
	return claim;
}

/* The client's own port if it is in the range and free; else some others, from a place of the flow's own. */
static __always_inline _Bool claim_port(struct nat_entry *entry, const struct source *source,
					const struct opening *opening)
{
	__u32 range = config.nat_port_max - config.nat_port_min + 1;
	__u64 seed = opening->flow.hash;

	entry->nat_port = entry->client_port;
	for (int i = 0; i < PORT_CANDIDATES; i++) {
		if (in_nat_range(entry->nat_port) &&
		    claim_reply(hash_reply(entry, source), opening->entry, opening->time))
			return 1;
		seed = fmix64(seed + i + 1);
		entry->nat_port = bpf_htons(config.nat_port_min + ((seed >> 32) * range >> 32));
	}
	return 0;
}

static __always_inline void fill_entry(struct nat_entry *entry, const struct opening *opening,
				       const struct member *member)
{
	const struct flow *flow = &opening->flow;

	store_address(entry->client, flow->client);
	store_address(entry->backend, stored_address(member->address));
	entry->client_port = flow->client_port;
	entry->backend_port = member->port;
	entry->protocol = flow->protocol;
	entry->family = flow->family;
	entry->service = flow->service;
	entry->generation = flow->generation;
	entry->member = opening->member;
	entry->source = member->source;
	entry->last_seen = opening->time;
	entry->client_seen = flow->protocol == IPPROTO_TCP ? 0 : NAT_SEEN_ANSWER;
	entry->member_seen = 0;
}

/* The claimed entry's word: published, or free again. */
static __always_inline void settle(const struct opening *opening, _Bool published)
{
	__u64 word = word_of(opening->flow.hash, opening->entry);

	swap_word(&nat_flows, opening->entry, word | NAT_WORD_BUSY, published ? word : 0);
}

stage write_entry(const struct opening *opening, const struct member *member, const struct source *source)
{
	struct nat_entry *entry = bpf_map_lookup_elem(&nat_entries, &opening->entry);

	if (!entry)
		return VERDICT_DROP_NAT_FULL;
	fill_entry(entry, opening, member);
	if (!claim_port(entry, source, opening)) {
		settle(opening, 0);
		return VERDICT_DROP_NAT_NO_PORT;
	}
	entry->state = NAT_OPENING;
	settle(opening, 1);
	return VERDICT_GO_ON;
}

/* opening->entry: the index of the flow's entry, which may be another CPU's or an earlier packet's. */
__noinline int open_connection(struct opening *opening)
{
	struct service *service;
	struct choice choice;
	struct source *source;
	enum verdict v;

	if (!opening)
		return VERDICT_DROP_NO_SERVICE;
	service = bpf_map_lookup_elem(&services, &opening->flow.service);
	if (!service)
		return VERDICT_DROP_NO_SERVICE;
	v = select_member(service, opening->slot, &choice);
	if (v)
		return v;
	source = bpf_map_lookup_elem(&sources, &choice.member->source);
	if (!source || is_zero(stored_address(source->address)))
		return VERDICT_DROP_NO_SOURCE;
	opening->member = choice.id;
	switch (claim_flow(opening)) {
	case CLAIM_NEW:
		return write_entry(opening, choice.member, source);
	case CLAIM_FOUND:
		return VERDICT_GO_ON;
	case CLAIM_FULL:
		return VERDICT_DROP_NAT_FULL;
	default:
		return VERDICT_DROP_NAT_CONTENDED;
	}
}
