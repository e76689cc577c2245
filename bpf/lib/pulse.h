/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the control plane says while it lives: see include/maps/hops.h. */
#pragma once
#include "maps.h"

/* In jiffies. */
static __always_inline __u64 now(void)
{
	return bpf_jiffies64();
}

static __always_inline struct pulse *read_pulse(void)
{
	__u32 only = 0;

	return bpf_map_lookup_elem(&pulse, &only);
}

/* The generation whose notes may be used, or 0 if nobody watches. */
static __always_inline __u32 watched_generation(__u64 time)
{
	struct pulse *pulse = read_pulse();
	__u32 generation;

	if (!pulse)
		return 0;
	generation = *(volatile __u32 *)&pulse->generation;
	return time - *(volatile __u64 *)&pulse->heartbeat <= config.pulse_limit ? generation : 0;
}

static __always_inline _Bool is_on(enum pulse_switch which)
{
	struct pulse *pulse = read_pulse();

	return pulse && *(volatile __u32 *)&pulse->switches & which;
}
