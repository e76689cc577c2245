/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The finaliser of murmur3, which mixes 64 bits. */
#pragma once
#include <linux/types.h>

static __always_inline __u64 fmix64(__u64 x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	x ^= x >> 33;
	return x;
}
