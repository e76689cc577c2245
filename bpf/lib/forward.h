/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Sends a packet on its way: by the device it came in by, by another, or through the kernel. */
#pragma once
#include "fib.h"

/* The frame's header in its place before the packet, which the kernel may still have to fill. */
stage forward(struct context *ctx, const struct packet *packet, const struct route *route, _Bool to_client)
{
	if (route->stack)
		return route->stack;
	if (!write_macs(ctx, packet, route->destination, route->source))
		return VERDICT_DROP_NO_HEADROOM;
	if (route->ifindex == device_of(ctx))
		return to_client ? VERDICT_TX_TO_CLIENT : VERDICT_TX_TO_BACKEND;
	bpf_redirect(route->ifindex, 0);
	return to_client ? VERDICT_REDIRECT_TO_CLIENT : VERDICT_REDIRECT_TO_BACKEND;
}
