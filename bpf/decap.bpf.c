/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * For backends of a load balancer that lets them answer by themselves: takes IPIP off where there is no
 * tunnel device, and heeds the option that names a service, so that replies leave with its address. What
 * arrives is done by XDP, or by tc where XDP cannot be; what leaves, by tc. Needs Linux 5.10.
 */
#include <linux/pkt_cls.h>
#include "lib/decap_count.h"
#include "lib/decap_cut.h"
#include "lib/decap_error.h"
#include "lib/decap_ipip.h"
#include "lib/decap_option.h"

/* What is to be taken off, and what stays made fit for it. */
static __always_inline enum decap_verdict open_arrival(struct arrival *packet, void *data, void *end)
{
	enum decap_verdict v;

	v = read_arrival(packet, data, end);
	if (v)
		return v;
	skip_tunnel_limit(packet);
	if (is_ipip(packet->protocol))
		return config.ipip ? open_ipip(packet) : DECAP_PASS_PLAIN;
	return config.option ? heed_option(packet) : DECAP_PASS_PLAIN;
}

static __always_inline enum decap_verdict leave(struct __sk_buff *skb)
{
	struct leaving packet = {};
	enum decap_verdict v;

	v = read_leaving(skb, &packet);
	if (v)
		return v;
	if (packet.later)
		return translate_later(skb, &packet);
	if (packet.protocol == IPPROTO_TCP || packet.protocol == IPPROTO_UDP)
		return translate_reply(skb, &packet);
	return translate_error(skb, &packet);
}

SEC("xdp")
int decap_xdp(struct xdp_md *ctx)
{
	struct arrival packet = {.bytes = ctx->data_end - ctx->data, .sees_tags = 1};
	enum decap_verdict v = open_arrival(&packet, (void *)(long)ctx->data, (void *)(long)ctx->data_end);

	if (!v)
		v = cut_xdp(ctx, &packet);
	count(v, packet.bytes);
	return passes(v) ? XDP_PASS : XDP_DROP;
}

/* As much as is ever read: two IP headers, options, and TCP's. */
#define READABLE 160

SEC("tc")
int decap_ingress(struct __sk_buff *skb)
{
	struct arrival packet = {.bytes = skb->len};
	enum decap_verdict v;

	bpf_skb_pull_data(skb, skb->len < READABLE ? skb->len : READABLE);
	v = open_arrival(&packet, (void *)(long)skb->data, (void *)(long)skb->data_end);
	if (!v)
		v = cut_tc(skb, &packet);
	count(v, packet.bytes);
	return passes(v) ? TC_ACT_UNSPEC : TC_ACT_SHOT;
}

SEC("tc")
int decap_egress(struct __sk_buff *skb)
{
	__u32 bytes = skb->len;
	enum decap_verdict v = leave(skb);

	count(v, bytes);
	return passes(v) ? TC_ACT_UNSPEC : TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
