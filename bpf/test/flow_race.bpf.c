/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * For a test: lb_xdp against another CPU that opens the same connection at the same time. As soon as this one
 * has claimed its word the other's stands beside it, before anybody looks again.
 */
#include "../lib/nat_place.h"

/* The next word of the same line: another of the key's places. */
static __always_inline __u32 beside(__u32 index)
{
	return index - index % NAT_LINE_WORDS + (index + 1) % NAT_LINE_WORDS;
}

static __always_inline _Bool swap_against_rival(void *table, __u32 index, __u64 from, __u64 to)
{
	__u32 rival = beside(index);
	_Bool swapped = swap_word(table, index, from, to);

	if (to & NAT_WORD_BUSY)
		swap_word(table, rival, 0, NAT_WORD_BUSY | (__u64)rival << 32 | (__u32)to);
	return swapped;
}

#define swap_word swap_against_rival
#include "../lb_xdp.bpf.c"
