/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The single exit: each packet is counted once, by its verdict, which says what becomes of it. */
#pragma once
#include "decap_maps.h"

static __always_inline void count(enum decap_verdict verdict, __u32 bytes)
{
	__u32 index = verdict;
	struct counter *counter = bpf_map_lookup_elem(&decap_counters, &index);

	if (!counter)
		return;
	counter->packets++;
	counter->bytes += bytes;
}

#define DECAP_IS_PASS_PASS                       1
#define DECAP_IS_PASS_DROP                       0
#define DECAP_IF_PASS(name, action, description) | (__u64)DECAP_IS_PASS_##action << DECAP_##name

_Static_assert(DECAP_VERDICT_COUNT <= VERDICT_LINES && VERDICT_LINES == 64, "a set of verdicts is one word");

static __always_inline _Bool passes(enum decap_verdict verdict)
{
	return (0 DECAP_VERDICTS(DECAP_IF_PASS)) >> verdict & 1;
}
