/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * lb_xdp as it is, with copies of packets for `skep-lb capture`. It takes lb_xdp's place on the devices for
 * the time of a capture, over the same maps; so a load balancer that nobody looks at pays nothing for this.
 */
#include "lb_xdp.bpf.c"
#include "lib/capture.h"

SEC("xdp")
int lb_xdp_capture(struct context *ctx)
{
	struct packet packet = {.member = NO_MEMBER};
	enum verdict v;
	int action;

	capture_arrival(ctx);
	v = balance(ctx, &packet);
	finish(ctx, &packet, v);
	action = xdp_action(v);
	capture_departure(ctx, v, action != XDP_DROP);
	return action;
}

const struct capture_record capture_types SEC(".export") = {};
