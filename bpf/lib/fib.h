/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The kernel's route for a packet as it is going to be, asked before it is changed: each outcome has its
 * verdict.
 *
 * Where the kernel can do more than this program (resolve a neighbour, fragment, encapsulate) the packet is
 * translated and passed to it. Its source is one of our own addresses then: the device needs accept_local.
 */
#pragma once
#include "icmp.h"
#include "rewrite.h"

/* stack: why the kernel is to forward the packet, or 0. */
struct route {
	struct bpf_fib_lookup fib;
	enum verdict stack;
};

static __always_inline void ask_ipv4(struct bpf_fib_lookup *fib, const struct iphdr *ip,
				     const struct translation *to)
{
	fib->family = AF_INET;
	fib->tos = ip->tos;
	fib->ipv4_src = to->source.low;
	fib->ipv4_dst = to->destination.low;
}

static __always_inline void ask_ipv6(struct bpf_fib_lookup *fib, const struct ipv6hdr *ip,
				     const struct translation *to)
{
	fib->family = AF_INET6;
	fib->flowinfo = *(const __be32 *)ip & bpf_htonl(0x0fffffff);
	__builtin_memcpy(fib->ipv6_src, &to->source, sizeof(fib->ipv6_src));
	__builtin_memcpy(fib->ipv6_dst, &to->destination, sizeof(fib->ipv6_dst));
}

static __always_inline _Bool may_be_fragmented(const struct packet *packet)
{
	return packet->ipv4 && !(packet->ipv4->frag_off & bpf_htons(IPV4_DONT_FRAGMENT));
}

stage too_big(struct xdp_md *ctx, const struct packet *packet, struct route *route)
{
	if (packet->icmp_error && !may_be_fragmented(packet))
		return VERDICT_DROP_TOO_BIG;
	if (!may_be_fragmented(packet))
		return answer_too_big(ctx, packet, route->fib.mtu_result);
	route->stack = VERDICT_STACK_FRAGMENTS;
	return VERDICT_GO_ON;
}

/* The values of bpf_fib_lookup(): 0 found, below 0 refused, above 0 why there is no way. */
stage outcome(struct xdp_md *ctx, const struct packet *packet, struct route *route, long result)
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
		return too_big(ctx, packet, route);
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

stage find_route(struct xdp_md *ctx, const struct packet *packet, const struct translation *to,
		 struct route *route)
{
	struct bpf_fib_lookup *fib = &route->fib;

	*route = (struct route){};
	fib->ifindex = ctx->ingress_ifindex;
	fib->l4_protocol = packet->protocol;
	fib->sport = to->source_port;
	fib->dport = to->destination_port;
	fib->tot_len = packet->length;
	if (packet->ipv4)
		ask_ipv4(fib, packet->ipv4, to);
	else if (packet->ipv6)
		ask_ipv6(fib, packet->ipv6, to);
	return outcome(ctx, packet, route, bpf_fib_lookup(ctx, fib, sizeof(*fib), 0));
}
