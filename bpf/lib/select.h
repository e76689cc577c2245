/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* From a flow's hash to the member that serves it: ring slot → the service's member number → member id. */
#pragma once
#include "moving.h"

struct choice {
	struct member *member;
	__u32 id;
};

/* Families differ only where one is carried in the other. */
static __always_inline _Bool can_serve(const struct member *member, const struct service *service)
{
	return member->used && (member->family == service->family || service->flags & SERVICE_DSR_IPIP);
}

/* flow, intent and ends of the contender are known; id: the service's. */
stage select_member(const struct service *service, __u32 id, struct contender *contender,
		    struct choice *choice)
{
	__u64 tables = tables_of(service);
	__u32 log2 = ring_log2(tables);
	__u32 slot, value, number;

	if (!log2)
		return VERDICT_DROP_NO_BACKEND;
	slot = contender->flow >> (64 - log2);
	value = read_slot(tables, slot);
	number = value & RING_SLOT_NUMBER;
	if (unlikely(value >> RING_SLOT_PHASE_SHIFT || service->flags & SERVICE_RANDOM)) {
		struct contender *full = this_contender();

		if (!full)
			return VERDICT_DROP_NO_MEMBER;
		*full = *contender;
		full->tables = tables;
		full->service = id;
		full->slot = slot;
		full->number = number;
		full->phase = value >> RING_SLOT_PHASE_SHIFT;
		number = contend();
	}
	if (number == RING_SLOT_EMPTY)
		return VERDICT_DROP_NO_BACKEND;
	choice->id = member_id(tables, number);
	choice->member = bpf_map_lookup_elem(&members, &choice->id);
	if (!choice->member || !can_serve(choice->member, service))
		return VERDICT_DROP_NO_MEMBER;
	return VERDICT_GO_ON;
}
