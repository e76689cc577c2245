/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the clock program writes: ticks, and CLOCK_MONOTONIC. */
#pragma once
#include <linux/types.h>

struct clock_reading {
	__u64 jiffies;
	__u64 nanoseconds;
};

_Static_assert(sizeof(struct clock_reading) == 16, "two words");
