/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The single exit: each packet is counted once by its verdict, and once more by the member it was sent to. */
#pragma once
#include "hook.h"
#include "maps.h"

static __always_inline void add(void *counters, __u32 index, __u32 packets, __u64 bytes)
{
	struct counter *counter = bpf_map_lookup_elem(counters, &index);

	if (!counter)
		return;
	counter->packets += packets;
	counter->bytes += bytes;
}

static __always_inline void count_member(const struct packet *packet)
{
	if (packet->member != NO_MEMBER)
		add(&member_counters, packet->member, frames_of(packet), frame_bytes(packet));
}

static __always_inline void count(const struct packet *packet, enum verdict verdict)
{
	add(&verdict_counters, verdict, frames_of(packet), frame_bytes(packet));
	count_member(packet);
}

#define VERDICT_IF_PASS(name, action, description) | (__u64)(XDP_##action == XDP_PASS) << VERDICT_##name
#define VERDICT_IF_TX(name, action, description)   | (__u64)(XDP_##action == XDP_TX) << VERDICT_##name
#define VERDICT_IF_REDIRECT(name, action, description)                                                       \
	| (__u64)(XDP_##action == XDP_REDIRECT) << VERDICT_##name

_Static_assert(VERDICT_COUNT <= VERDICT_LINES && VERDICT_LINES == 64, "a set of verdicts is one word");

static __always_inline int xdp_action(enum verdict verdict)
{
	if ((0 VERDICTS(VERDICT_IF_TX)) >> verdict & 1)
		return XDP_TX;
	if ((0 VERDICTS(VERDICT_IF_REDIRECT)) >> verdict & 1)
		return XDP_REDIRECT;
	if ((0 VERDICTS(VERDICT_IF_PASS)) >> verdict & 1)
		return XDP_PASS;
	return XDP_DROP;
}
