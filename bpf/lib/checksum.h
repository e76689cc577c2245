/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Checksums, updated by what changes (RFC 1624): one that was wrong stays exactly as wrong. Inline, 3 ns; the
 * helpers cost 20.
 */
#pragma once
#include <linux/types.h>

static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static __always_inline __u64 change32(__be32 from, __be32 to)
{
	return (__u64)(__u32)~from + to;
}

static __always_inline __u64 change16(__be16 from, __be16 to)
{
	return (__u64)(__u16)~from + to;
}

/* Of what no checksum makes up for. */
static __always_inline __u64 sum_of(const void *bytes, const __u32 length)
{
	const __u32 *words = bytes;
	__u64 sum = 0;

#pragma unroll
	for (__u32 i = 0; i < length / sizeof(*words); i++)
		sum += words[i];
	return sum;
}

static __always_inline __u16 update_checksum(__u16 checksum, __u64 change)
{
	return ~fold((__u16)~checksum + change);
}
