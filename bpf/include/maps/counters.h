/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Counted per CPU, summed in user space. `verdict_counters` is indexed by enum verdict and counts every
 * packet once; `member_counters` by member id, and counts what was sent to it. Bytes are those of the frame
 * as received.
 */
#pragma once
#include <linux/types.h>

/* More than there are verdicts: one more changes no table of an instance that runs. */
#define VERDICT_LINES 64

struct counter {
	__u64 packets;
	__u64 bytes;
};

_Static_assert(sizeof(struct counter) == 16, "two words");
