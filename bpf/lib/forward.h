/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Sends a translated packet on its way: by the device it came in by, by another, or through the kernel. */
#pragma once
#include "fib.h"

/* The kernel spends the hop of what it forwards. */
stage forward(struct xdp_md *ctx, struct packet *packet, const struct translation *to,
	      const struct route *route)
{
	_Bool to_client = to->member == NO_MEMBER;

	packet->member = to->member;
	if (route->stack)
		return route->stack;
	spend_hop(packet);
	__builtin_memcpy(packet->ethernet->h_dest, route->fib.dmac, ETH_ALEN);
	__builtin_memcpy(packet->ethernet->h_source, route->fib.smac, ETH_ALEN);
	if (route->fib.ifindex == ctx->ingress_ifindex)
		return to_client ? VERDICT_TX_TO_CLIENT : VERDICT_TX_TO_BACKEND;
	bpf_redirect(route->fib.ifindex, 0);
	return to_client ? VERDICT_REDIRECT_TO_CLIENT : VERDICT_REDIRECT_TO_BACKEND;
}
