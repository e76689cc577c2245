/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Sends a packet on its way: by the device it came in by, by another, or through the kernel. */
#pragma once
#include "fib.h"
#include "leave.h"

/* 0: by the port that it came in by. 1: it is redirected. Below 0: it cannot. */
static __always_inline int leave(struct context *ctx, const struct route *route)
{
	if (unlikely(route->layered))
		return leave_by(ctx, route->ifindex);
	if (route->ifindex == device_of(ctx))
		return 0;
	return redirect_to(route->ifindex);
}

/* The frame's header in its place before the packet, which the kernel may still have to fill. */
stage forward(struct context *ctx, const struct packet *packet, const struct route *route, _Bool to_client)
{
	int way;

	if (route->stack)
		return route->stack;
	if (!write_macs(ctx, packet, route->destination, route->source))
		return VERDICT_DROP_NO_HEADROOM;
	way = leave(ctx, route);
	if (way < 0)
		return way == NO_SENDER ? VERDICT_DROP_NOT_FORWARDED : VERDICT_DROP_NO_HEADROOM;
	if (!way)
		return to_client ? VERDICT_TX_TO_CLIENT : VERDICT_TX_TO_BACKEND;
	return to_client ? VERDICT_REDIRECT_TO_CLIENT : VERDICT_REDIRECT_TO_BACKEND;
}
