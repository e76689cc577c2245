/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The way of a packet as it is going to be, asked before it is changed: what is remembered, else the kernel's
 * route lookup, each of whose outcomes has its verdict.
 *
 * Where the kernel can do more than this program (resolve a neighbour, fragment, encapsulate) the packet is
 * translated and passed to it. Its source is one of our own addresses then: the device needs accept_local.
 */
#pragma once
#include "icmp.h"
#include "layers.h"
#include "mtu.h"
#include "swap.h"

/* Whether the device of the route, or that below it, sends what XDP redirects; what XDP cannot send is the
 * kernel's. */
static __always_inline _Bool find_sender(const struct context *ctx, struct route_lookup *lookup)
{
	_Bool layered = lookup->route.layered;
	__u32 base = lookup->route.ifindex, back = device_of(ctx);
	const struct departure *departure = layered ? find_departure(base) : 0;
	const struct arrival *arrival = layered ? find_arrival(back, arrival_tag(ctx)) : 0;

	if (departure)
		base = departure->base;
	if (arrival)
		back = arrival->base;
	if (bpf_map_lookup_elem(&devices, &base))
		return 1;
#ifndef HOOK_TC
	if (back != base)
		lookup->route.stack = VERDICT_STACK_DEVICE;
#endif
	return 0;
}

/* The values of bpf_fib_lookup(): 0 found, below 0 refused, above 0 why there is no way. */
__noinline int ask_kernel(struct context *ctx)
{
	struct route_lookup *lookup = this_lookup();
	struct bpf_fib_lookup *fib;
	long result;

	if (!lookup)
		return -1;
	fib = &lookup->fib;
	lookup->route.layered = is_on(SWITCH_LAYERED) ? HOP_LAYERED : 0;
	lookup->from = device_above(device_of(ctx), arrival_tag(ctx));
	*fib = (struct bpf_fib_lookup){.ifindex = lookup->from};
	fill_lookup(fib, lookup);
	result = result_of_way(lookup, bpf_fib_lookup(ctx, fib, sizeof(*fib), 0));
	lookup->route.ifindex = fib->ifindex;
	__builtin_memcpy(lookup->route.destination, fib->dmac, ETH_ALEN);
	__builtin_memcpy(lookup->route.source, fib->smac, ETH_ALEN);
	lookup->route.mtu = mtu_of_way(ctx, lookup, result); /* which may ask again */
	lookup->hop = 0;
	lookup->route.stack = VERDICT_GO_ON;
	if (result != BPF_FIB_LKUP_RET_SUCCESS)
		return result;
	lookup->hop = note_hop(&lookup->route, lookup->route.layered | find_sender(ctx, lookup),
			       lookup->generation);
	return result;
}

static __always_inline _Bool may_be_fragmented(const struct packet *packet)
{
	return packet->ipv4 && !(packet->ipv4->frag_off & bpf_htons(IPV4_DONT_FRAGMENT));
}

/* The kernel fragments IPv4 alone. */
stage too_big(struct context *ctx, const struct packet *packet, const struct way *way, struct route *route)
{
	if (may_be_fragmented(packet) && way->family == AF_INET) {
		route->stack = VERDICT_STACK_FRAGMENTS;
		return VERDICT_GO_ON;
	}
	if (is_error(packet))
		return VERDICT_DROP_TOO_BIG;
	return answer_too_big(ctx, packet, route->mtu - way->overhead);
}

stage outcome(struct context *ctx, const struct packet *packet, const struct way *way, struct route *route,
	      long result)
{
	switch (result) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		return VERDICT_GO_ON;
	case BPF_FIB_LKUP_RET_NO_NEIGH:
		route->stack = VERDICT_STACK_NO_NEIGHBOUR;
		return VERDICT_GO_ON;
	case BPF_FIB_LKUP_RET_UNSUPP_LWT:
		route->stack = VERDICT_STACK_ENCAPSULATES;
		return VERDICT_GO_ON;
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		return too_big(ctx, packet, way, route);
	case BPF_FIB_LKUP_RET_FWD_DISABLED:
		return VERDICT_DROP_FORWARDING_DISABLED;
	case BPF_FIB_LKUP_RET_BLACKHOLE:
		return VERDICT_DROP_BLACKHOLE;
	case BPF_FIB_LKUP_RET_UNREACHABLE:
		return VERDICT_DROP_UNREACHABLE;
	case BPF_FIB_LKUP_RET_PROHIBIT:
		return VERDICT_DROP_PROHIBIT;
	case BPF_FIB_LKUP_RET_NOT_FWDED:
		return VERDICT_DROP_NOT_FORWARDED;
	default:
		return VERDICT_DROP_ROUTE_ERROR;
	}
}

static __always_inline __be32 marks_of(const struct packet *packet, __u8 family)
{
	if (packet->ipv4)
		return family == AF_INET ? packet->ipv4->tos : 0;
	if (packet->ipv6 && family == AF_INET6)
		return *(const __be32 *)packet->ipv6 & bpf_htonl(0x0fffffff);
	return 0;
}

/* note: where the way is noted, or NULL. Who else has noted it meanwhile, maybe for another, is not
 * overwritten. */
stage find_route(struct context *ctx, const struct packet *packet, const struct way *way, __u32 *note,
		 __u64 time, struct route *route)
{
	__u32 before = note ? *(volatile __u32 *)note : 0;
	__u32 generation = watched_generation(time);
	__u32 length = packet->length + way->overhead;
	struct route_lookup *lookup;
	long result;

	route->stack = VERDICT_GO_ON;
	if (likely(recall_hop(ctx, before, generation, length, route)))
		return VERDICT_GO_ON;
	lookup = this_lookup();
	if (!lookup)
		return VERDICT_DROP_ROUTE_ERROR;
	lookup->way = *way;
	lookup->marks = marks_of(packet, way->family);
	lookup->length = length;
	lookup->generation = generation;
	result = ask_kernel(ctx);
	*route = lookup->route;
	if (note && lookup->hop != before)
		swap32(note, before, lookup->hop);
	return outcome(ctx, packet, way, route, result);
}
