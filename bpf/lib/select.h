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

/* What the ring says of the contender's flow. id: the service's. */
stage ask_ring(const struct service *service, __u32 id, struct contender *contender)
{
	__u64 tables = tables_of(service);
	__u32 log2 = ring_log2(tables);
	__u16 value;

	if (!log2)
		return VERDICT_DROP_NO_BACKEND;
	contender->tables = tables;
	contender->service = id;
	contender->slot = contender->flow >> (64 - log2);
	value = read_slot(contender->tables, contender->slot);
	contender->number = value & RING_SLOT_NUMBER;
	contender->phase = value >> RING_SLOT_PHASE_SHIFT;
	return VERDICT_GO_ON;
}

static __always_inline _Bool is_contended(const struct service *service, const struct contender *contender)
{
	return contender->phase || service->flags & SERVICE_RANDOM;
}

/* Of what the packet tells about its flow, too. */
static __always_inline __u32 ask_records(const struct contender *contender)
{
	struct contender *asked = this_contender();

	if (!asked)
		return RING_SLOT_EMPTY;
	*asked = *contender;
	return contend();
}

stage find_member(const struct service *service, const struct contender *contender, struct choice *choice)
{
	if (contender->number == RING_SLOT_EMPTY)
		return VERDICT_DROP_NO_BACKEND;
	choice->id = member_id(contender->tables, contender->number);
	choice->member = bpf_map_lookup_elem(&members, &choice->id);
	if (!choice->member || !can_serve(choice->member, service))
		return VERDICT_DROP_NO_MEMBER;
	return VERDICT_GO_ON;
}
