/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* lb_tc as it is, with copies of packets for `skep-lb capture`: see lb_xdp_capture.bpf.c. */
#include "lb_tc.bpf.c"
#include "lib/capture.h"

SEC("tc")
int lb_tc_capture(struct __sk_buff *skb)
{
	struct packet packet = {.member = NO_MEMBER};
	enum verdict v;
	int action;

	capture_arrival(skb);
	pull_headers(skb);
	v = balance(skb, &packet);
	finish(skb, &packet, v);
	action = tc_action(skb, v);
	capture_departure(skb, v, action != TC_ACT_SHOT);
	return action;
}

const struct capture_record capture_types SEC(".export") = {};
