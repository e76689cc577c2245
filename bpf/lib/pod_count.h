/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The single exit: each packet is counted once, by its verdict, which says what becomes of it. */
#pragma once
#include <linux/pkt_cls.h>
#include "hook.h"
#include "pod_maps.h"

#define POD_ACTION_PASS 0
#define POD_ACTION_BACK 1
#define POD_ACTION_DROP 2

#define POD_IF(wanted, name, action)           | (__u64)(POD_ACTION_##action == POD_ACTION_##wanted) << POD_##name
#define POD_IF_BACK(name, action, description) POD_IF(BACK, name, action)
#define POD_IF_DROP(name, action, description) POD_IF(DROP, name, action)

_Static_assert(POD_VERDICT_COUNT <= VERDICT_LINES && VERDICT_LINES == 64, "a set of verdicts is one word");

static __always_inline void count(const struct packet *packet, enum pod_verdict verdict)
{
	__u32 index = verdict;
	struct counter *counter = bpf_map_lookup_elem(&pod_counters, &index);

	if (!counter)
		return;
	counter->packets += frames_of(packet);
	counter->bytes += frame_bytes(packet);
}

/* Other programs of the device are asked, too. */
static __always_inline int finish(struct context *ctx, const struct packet *packet, enum pod_verdict verdict)
{
	forget(verdict);
	count(packet, verdict);
	if ((0 POD_VERDICTS(POD_IF_DROP)) >> verdict & 1)
		return TC_ACT_SHOT;
	if ((0 POD_VERDICTS(POD_IF_BACK)) >> verdict & 1)
		return bpf_redirect(device_of(ctx), 0);
	return TC_ACT_UNSPEC;
}
