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
#include "nat_flow.h"
#include "ports.h"
#include "select.h"

#define PORT_CANDIDATES 64

/*
 * The client's own port if it is in the range and free; else some others, from a place of the flow's own.
 * Where the client's address is kept, no local socket has its ports: any will do.
 */
static __always_inline _Bool claim_port(struct nat_entry *entry, struct address source,
					const struct opening *opening)
{
	__u32 range = config.nat_port_max - config.nat_port_min + 1;
	__u64 seed = opening->flow.hash;

	entry->nat_port = entry->client_port;
	for (int i = 0; i < PORT_CANDIDATES; i++) {
		if ((in_nat_range(entry->nat_port) || is_served_here(entry)) &&
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
	entry->backend_port = member->port ? member->port : flow->asked_port;
	entry->protocol = flow->protocol;
	entry->family = flow->family;
	entry->service = flow->service;
	entry->generation = flow->generation;
	entry->member = opening->member;
	entry->source = opening->source;
	entry->hop = 0;
	entry->client_seen = flow->protocol == IPPROTO_TCP ? 0 : NAT_SEEN_ANSWER;
	entry->member_seen = 0;
	see(entry, opening->time);
}

/* The claimed entry's word: published, or free again. */
static __always_inline void settle(const struct opening *opening, _Bool published)
{
	__u64 word = word_of(opening->flow.hash, opening->entry);

	swap_word(&nat_flows, opening->entry, word | NAT_WORD_BUSY, published ? word : 0);
}

/* Gives the claimed entry of this_opening() a port, and others to see it. */
__noinline int publish_connection(void)
{
	const struct opening *opening = this_opening();
	struct address source;
	struct nat_entry *entry;
	struct member *member;

	if (!opening)
		return VERDICT_DROP_NAT_FULL;
	entry = bpf_map_lookup_elem(&nat_entries, &opening->entry);
	member = bpf_map_lookup_elem(&members, &opening->member);
	if (!entry || !member)
		return VERDICT_DROP_NAT_FULL;
	fill_entry(entry, opening, member);
	if (!find_source(entry, &source) || !claim_port(entry, source, opening)) {
		settle(opening, 0);
		return VERDICT_DROP_NAT_NO_PORT;
	}
	full_barrier();
	entry->state = NAT_OPENING;
	settle(opening, 1);
	return VERDICT_GO_ON;
}

/* Leaves this_opening()'s member, and which own address it is spoken to from. */
__noinline int choose_for_opening(void)
{
	struct contender *contender = this_contender();
	struct opening *opening = this_opening();
	struct service *service;
	struct choice choice;
	struct source *source;
	enum verdict v;

	if (!opening || !contender)
		return VERDICT_DROP_NO_SERVICE;
	service = bpf_map_lookup_elem(&services, &opening->flow.service);
	if (!service)
		return VERDICT_DROP_NO_SERVICE;
	*contender = (struct contender){.flow = opening->slot, .intent = opening->intent};
	v = ask_ring(service, opening->flow.service, contender);
	if (v)
		return v;
	if (is_contended(service, contender))
		contender->number = contend();
	v = find_member(service, contender, &choice);
	if (v)
		return v;
	opening->member = choice.id;
	opening->source = choice.member->source;
	if (opening->source == SOURCE_CLIENT)
		return VERDICT_GO_ON;
	source = bpf_map_lookup_elem(&sources, &opening->source);
	return source && !is_zero(stored_address(source->address)) ? VERDICT_GO_ON : VERDICT_DROP_NO_SOURCE;
}

/* Leaves this_opening()->entry: the index of the flow's entry, which may be another CPU's or an earlier
 * packet's. */
stage open_connection(void)
{
	enum verdict v = choose_for_opening();

	if (v)
		return v;
	switch (claim_flow()) {
	case CLAIM_NEW:
		return publish_connection();
	case CLAIM_FOUND:
		return VERDICT_GO_ON;
	case CLAIM_FULL:
		return VERDICT_DROP_NAT_FULL;
	default:
		return VERDICT_DROP_NAT_CONTENDED;
	}
}
