/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What lb_xdp does, at tc on the way in, for devices that XDP cannot be on: over the same maps, from the same
 * headers. A packet that stands for many (GSO, GRO) is sent on as one. lb_tc_out is for what leaves, where
 * this host is a backend itself. Needs Linux 5.10, as lb_xdp.
 */
#define HOOK_TC
#include <linux/pkt_cls.h>
#include "lib/answer.h"
#include "lib/balance.h"
#include "lib/precede.h"

static __always_inline int tc_action(struct __sk_buff *skb, enum verdict verdict)
{
	switch (xdp_action(verdict)) {
	case XDP_TX:
		return bpf_redirect(skb->ifindex, 0);
	case XDP_REDIRECT:
		return TC_ACT_REDIRECT;
	case XDP_PASS:
		return TC_ACT_UNSPEC;
	default:
		return TC_ACT_SHOT;
	}
}

SEC("tc")
int lb_tc(struct __sk_buff *skb)
{
	struct packet packet = {.member = NO_MEMBER};
	enum verdict v;

	pull_headers(skb);
	v = balance(skb, &packet);
	finish(skb, &packet, v);
	return tc_action(skb, v);
}

/* What has come in by some device is only passing through. A stranger's packet is not counted. */
SEC("tc")
int lb_tc_out(struct __sk_buff *skb)
{
	struct packet packet = {.member = NO_MEMBER};
	enum verdict v;

	if (skb->ingress_ifindex)
		return TC_ACT_UNSPEC;
	v = answer(skb, &packet);
	if (xdp_action(v) == XDP_PASS && v != VERDICT_STACK_OWN_ANSWER)
		return TC_ACT_UNSPEC;
	finish(skb, &packet, v);
	return tc_action(skb, v);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
