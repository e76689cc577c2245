/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Reads a service's ring and members, wherever user space has put them. */
#pragma once
#include "hash.h"

#define RING_LOG2_MASK ((1U << RING_LOG2_BITS) - 1)

/* Ring and members as user space published them together, in one load. */
static __always_inline __u64 tables_of(const struct service *service)
{
	return load_word(&service->ring);
}

/* 0 if there is no ring. */
static __always_inline __u32 ring_log2(__u64 tables)
{
	__u32 log2 = tables & RING_LOG2_MASK;

	return log2 < RING_LOG2_MIN ? 0 : log2;
}

static __always_inline __u32 ring_line_of(__u64 tables, __u32 slot)
{
	return ((__u32)tables >> RING_LOG2_BITS) + slot / RING_LINE_SLOTS;
}

static __always_inline __u16 read_slot(__u64 tables, __u32 slot)
{
	__u32 line = ring_line_of(tables, slot);
	struct ring_line *ring = bpf_map_lookup_elem(&rings, &line);

	return ring ? *(volatile __u16 *)&ring->slots[slot % RING_LINE_SLOTS] : RING_SLOT_EMPTY;
}

/* NO_MEMBER if there is none of this number. */
static __always_inline __u32 member_id(__u64 tables, __u32 number)
{
	__u32 line = (tables >> 32) + number / MEMBER_LINE_IDS;
	struct member_line *ids = bpf_map_lookup_elem(&member_ids, &line);

	return ids ? ids->ids[number % MEMBER_LINE_IDS] : NO_MEMBER;
}

static __always_inline _Bool is_used(__u64 tables, __u32 number)
{
	__u32 id = member_id(tables, number);
	struct member *member = bpf_map_lookup_elem(&members, &id);

	return number != RING_SLOT_EMPTY && member && member->used;
}
