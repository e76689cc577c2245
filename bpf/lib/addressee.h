/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Is a frame for this host? A promiscuous card and a bridge's port hear those for others, and so does each
 * load balancer on a switch that floods: a packet that each of them served would arrive so many times. As the
 * kernel has it (PACKET_OTHERHOST), but that devices above have a say: at both hooks, a frame has not reached
 * them yet.
 */
#pragma once
#include "hook.h"
#include "pulse.h"

/* As struct own_address. */
static __always_inline __u64 addressee_of(const struct context *ctx, const struct ethhdr *ethernet)
{
	typedef __u64 __attribute__((may_alias)) any_word;

	return *(const any_word *)ethernet->h_dest << 16 | (__u16)device_of(ctx);
}

/* Its own place. The ports of one card have consecutive addresses and numbers. */
static __always_inline __u32 own_address_place(__u64 word)
{
	return word * 0x9e3779b97f4a7c15ULL >> OWN_ADDRESS_SHIFT;
}

static __always_inline _Bool is_known(__u64 word)
{
	__u32 first = own_address_place(word), place;
	const __u64 *known;

	for (__u32 i = 0; i < OWN_ADDRESS_PLACES; i++) {
		place = (first + i) & (OWN_ADDRESSES - 1);
		known = bpf_map_lookup_elem(&own_addresses, &place);
		if (known && load_word(known) == word)
			return 1;
	}
	return 0;
}

/* Of a frame that is not plainly for this host. If nobody watches, addresses may be others by now. */
__noinline int check_addressee(struct context *ctx)
{
	const struct ethhdr *ethernet = (void *)(long)ctx->data;
	__u64 word;

	if ((void *)(ethernet + 1) > (void *)(long)ctx->data_end)
		return VERDICT_PASS_TRUNCATED;
	if (ethernet->h_dest[0] & 1)
		return VERDICT_PASS_GROUP;
	word = addressee_of(ctx, ethernet);
	if (!is_known((__u16)word) || is_known(word) || !watched_generation(now()))
		return VERDICT_GO_ON;
	return VERDICT_PASS_OTHER_HOST;
}

#ifdef HOOK_TC

static __always_inline _Bool is_plainly_ours(const struct context *ctx, const struct ethhdr *ethernet)
{
	(void)ethernet;
	return field_of(ctx, pkt_type) == PACKET_HOST;
}

#else

static __always_inline _Bool is_plainly_ours(const struct context *ctx, const struct ethhdr *ethernet)
{
	__u64 word = addressee_of(ctx, ethernet);
	__u32 place = own_address_place(word);
	const __u64 *known = bpf_map_lookup_elem(&own_addresses, &place);

	return known && load_word(known) == word;
}

#endif

/* To an own address, which no other load balancer has. */
stage check_group(const struct ethhdr *ethernet)
{
	return ethernet->h_dest[0] & 1 ? VERDICT_PASS_GROUP : VERDICT_GO_ON;
}

/* A frame to a group reaches each load balancer on the link: the kernel's, which drops it if it is for none
 * of its addresses. */
stage check_frame(struct context *ctx, const struct ethhdr *ethernet)
{
	return likely(is_plainly_ours(ctx, ethernet)) ? VERDICT_GO_ON : check_addressee(ctx);
}
