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
	entry->backend_port = member->port ? member->port : flow->asked_port;
	entry->protocol = flow->protocol;
	entry->family = flow->family;
	entry->service = flow->service;
	entry->generation = flow->generation;
	entry->member = opening->member;
	entry->source = member->source;
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
	full_barrier();
	entry->state = NAT_OPENING;
	settle(opening, 1);
	return VERDICT_GO_ON;
}

/* Leaves this_opening()->entry: the index of the flow's entry, which may be another CPU's or an earlier
 * packet's. */
__noinline int open_connection(void)
{
	struct opening *opening = this_opening();
	struct contender *contender = this_contender();
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
	v = select_member(service, opening->flow.service, contender, &choice);
	if (v)
		return v;
	source = bpf_map_lookup_elem(&sources, &choice.member->source);
	if (!source || is_zero(stored_address(source->address)))
		return VERDICT_DROP_NO_SOURCE;
	opening->member = choice.id;
	switch (claim_flow()) {
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
