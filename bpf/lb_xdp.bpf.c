/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * North–south load balancing at the driver: TCP and UDP over IPv4 and IPv6, by Maglev rings, with source NAT
 * or direct server return. Needs Linux 5.10, which before 5.12 gets an object of its own: see lib/swap.h.
 */
#include "lib/balance.h"
#include "lib/precede.h"

SEC("xdp")
int lb_xdp(struct context *ctx)
{
	struct packet packet = {.member = NO_MEMBER};
	enum verdict v = balance(ctx, &packet);

	finish(ctx, &packet, v);
	return xdp_action(v);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
