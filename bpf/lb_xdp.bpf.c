/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * North–south load balancing at the driver: TCP and UDP over IPv4 and IPv6, by Maglev rings, with source NAT.
 * Needs Linux 5.12 (compare-and-swap; the MTU from a route lookup).
 */
#include "lib/count.h"
#include "lib/forward.h"
#include "lib/nat.h"
#include "lib/parse.h"
#include "lib/service.h"

static __always_inline enum verdict balance(struct xdp_md *ctx, struct packet *packet)
{
	struct translation to;
	struct route route;
	__u32 service;
	enum verdict v;

	v = parse_packet(ctx, packet);
	if (v)
		return v;
	v = find_service(packet, &service);
	if (v)
		return v;
	v = check_frame(packet);
	if (v)
		return v;
	v = translate(packet, service, &to);
	if (v)
		return v;
	v = find_route(ctx, packet, &to, &route);
	if (v)
		return v;
	v = write_translation(ctx, packet, &to);
	if (v)
		return v;
	return forward(ctx, packet, &to, &route);
}

SEC("xdp")
int lb_xdp(struct xdp_md *ctx)
{
	struct packet packet = {.member = NO_MEMBER};
	enum verdict v = balance(ctx, &packet);

	count(&packet, v);
	return xdp_action(v);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
