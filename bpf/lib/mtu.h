/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The MTU of the way that a route lookup has found. Linux before 5.12 does not tell it. At XDP it tells
 * whether a length fits, so that the MTU can be found by halves; at tc whether the packet as it is does, not
 * with headers put before it.
 */
#pragma once
#include "way.h"

#ifndef OLD_KERNEL

static __always_inline long result_of_way(const struct route_lookup *lookup, long result)
{
	(void)lookup;
	return result;
}

static __always_inline __u32 mtu_of_way(struct context *ctx, const struct route_lookup *lookup, long result)
{
	(void)ctx;
	(void)result;
	return lookup->fib.mtu_result;
}

#elif defined(HOOK_TC)

#define MTU_IPV6 1280 /* of every link that carries it: RFC 8200 5 */
#define MTU_IPV4 576  /* what every host takes: RFC 791 3.1 */

/* Of what has headers put before it, as much fits as every link takes without them: less would be no answer
 * to an IPv6 client. */
static __always_inline __u32 sure_length(const struct route_lookup *lookup)
{
	return MTU_IPV6 + lookup->way.overhead;
}

static __always_inline long result_of_way(const struct route_lookup *lookup, long result)
{
	if (result != BPF_FIB_LKUP_RET_SUCCESS || !lookup->way.overhead)
		return result;
	return lookup->length > sure_length(lookup) ? BPF_FIB_LKUP_RET_FRAG_NEEDED : result;
}

static __always_inline __u32 mtu_of_way(struct context *ctx, const struct route_lookup *lookup, long result)
{
	__u32 sure = sure_length(lookup);

	(void)ctx;
	if (result != BPF_FIB_LKUP_RET_FRAG_NEEDED)
		return lookup->length > sure ? lookup->length : sure;
	return lookup->length > sure ? sure : MTU_IPV4;
}

#else

static __always_inline long result_of_way(const struct route_lookup *lookup, long result)
{
	(void)lookup;
	return result;
}

#define MTU_BITS 16

/* The largest length that fits. */
static __always_inline __u32 try_lengths(struct context *ctx, struct route_lookup *lookup)
{
	struct bpf_fib_lookup *fib = &lookup->fib;

	lookup->tried = 0;
	for (int bit = MTU_BITS - 1; bit >= 0; bit--) {
		*fib = (struct bpf_fib_lookup){.ifindex = lookup->from};
		fill_lookup(fib, lookup);
		fib->tot_len = lookup->tried | 1U << bit;
		if (bpf_fib_lookup(ctx, fib, sizeof(*fib), 0) != BPF_FIB_LKUP_RET_FRAG_NEEDED)
			lookup->tried |= 1U << bit;
	}
	return lookup->tried;
}

/* Where nothing is to be noted or answered, what was asked does: it fits. */
static __always_inline __u32 mtu_of_way(struct context *ctx, struct route_lookup *lookup, long result)
{
	if (result != BPF_FIB_LKUP_RET_FRAG_NEEDED &&
	    (result != BPF_FIB_LKUP_RET_SUCCESS || !lookup->generation))
		return lookup->length;
	return try_lengths(ctx, lookup);
}

#endif
