/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* From a flow's hash to the member that serves it: ring slot → the service's member number → member id. */
#pragma once
#include "hash.h"

struct choice {
	struct member *member;
	__u32 id;
};

/* One load: user space publishes ring and members together. */
static __always_inline __u64 ring_and_members(const struct service *service)
{
	return *(const volatile __u64 *)&service->ring;
}

stage select_member(const struct service *service, __u64 flow, struct choice *choice)
{
	__u64 both = ring_and_members(service);
	__u32 log2 = both & ((1 << RING_LOG2_BITS) - 1);
	__u32 line, slot, number;
	struct member_line *ids;
	struct ring_line *ring;

	if (log2 < RING_LOG2_MIN)
		return VERDICT_DROP_NO_BACKEND;
	slot = flow >> (64 - log2);
	line = ((__u32)both >> RING_LOG2_BITS) + slot / RING_LINE_SLOTS;
	ring = bpf_map_lookup_elem(&rings, &line);
	if (!ring)
		return VERDICT_DROP_NO_BACKEND;
	number = ring->slots[slot % RING_LINE_SLOTS];
	if (number == RING_SLOT_EMPTY)
		return VERDICT_DROP_NO_BACKEND;
	line = (both >> 32) + number / MEMBER_LINE_IDS;
	ids = bpf_map_lookup_elem(&member_ids, &line);
	if (!ids)
		return VERDICT_DROP_NO_MEMBER;
	choice->id = ids->ids[number % MEMBER_LINE_IDS];
	choice->member = bpf_map_lookup_elem(&members, &choice->id);
	if (!choice->member || !choice->member->used || choice->member->family != service->family)
		return VERDICT_DROP_NO_MEMBER;
	return VERDICT_GO_ON;
}
