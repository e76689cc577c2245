/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Tells a pod that a service has no backend, as the service would: TCP by a reset, else by an ICMP error.
 * Both reach a pod while its connect() still holds the socket: a reset is kept for it then, an error is not,
 * and it would hear of the next one only, a second later. Only for what has no options and is whole; the rest
 * is dropped.
 *
 * A global function, which the verifier reads once.
 */
#pragma once
#include "pod_reset.h"

#define QUOTED_PORTS   8
#define REFUSED_ROOM   160 /* more than what is forgotten below, and than an answer */
#define REFUSED_FORGET 76

/* <linux/icmp.h> needs libc. */
#define ICMP4_HOST_UNREACHABLE 1
#define ICMP4_PORT_UNREACHABLE 3

struct refusal4 {
	struct iphdr ip;
	__u8 type;
	__u8 code;
	__u16 checksum;
	__be32 unused;
	struct iphdr quoted;
	__u8 ports[QUOTED_PORTS];
};

struct refusal6 {
	struct ipv6hdr ip;
	struct icmp6hdr icmp;
	struct ipv6hdr quoted;
	__u8 ports[QUOTED_PORTS];
};

_Static_assert(sizeof(struct refusal4) == 56 && sizeof(struct refusal6) == 96, "no padding");

/* In memory of this CPU, as all are long. */
struct refusal {
	union {
		struct refusal4 v4;
		struct refusal6 v6;
		struct reset4 reset4;
		struct reset6 reset6;
	};
};

SCRATCH(this_refusal, struct refusal)

static __always_inline _Bool write_refusal4(struct context *ctx, struct refusal4 *answer, __u32 unreachable)
{
	if (bpf_skb_load_bytes(ctx, sizeof(struct ethhdr), &answer->quoted,
			       sizeof(answer->quoted) + QUOTED_PORTS) ||
	    answer->quoted.ihl != 5)
		return 0;
	answer->ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tot_len = bpf_htons(sizeof(*answer)),
		.ttl = REFUSED_HOPS,
		.protocol = IPPROTO_ICMP,
		.saddr = answer->quoted.daddr,
		.daddr = answer->quoted.saddr,
	};
	answer->ip.check = ~fold(bpf_csum_diff(0, 0, (void *)&answer->ip, sizeof(answer->ip), 0));
	answer->type = ICMP4_UNREACHABLE;
	answer->code = unreachable ? ICMP4_HOST_UNREACHABLE : ICMP4_PORT_UNREACHABLE;
	answer->checksum = 0;
	answer->unused = 0;
	answer->checksum =
		~fold(bpf_csum_diff(0, 0, (void *)&answer->type, sizeof(*answer) - sizeof(answer->ip), 0));
	return 1;
}

static __always_inline _Bool write_refusal6(struct context *ctx, struct refusal6 *answer, __u32 unreachable)
{
	const __u32 length = sizeof(*answer) - sizeof(answer->ip);
	__be32 pseudo[2] = {bpf_htonl(length), bpf_htonl(IPPROTO_ICMPV6)};
	__s64 sum;

	if (bpf_skb_load_bytes(ctx, sizeof(struct ethhdr), &answer->quoted,
			       sizeof(answer->quoted) + QUOTED_PORTS) ||
	    (answer->quoted.nexthdr != IPPROTO_TCP && answer->quoted.nexthdr != IPPROTO_UDP))
		return 0;
	answer->ip = (struct ipv6hdr){
		.version = 6,
		.payload_len = bpf_htons(length),
		.nexthdr = IPPROTO_ICMPV6,
		.hop_limit = REFUSED_HOPS,
	};
	answer->ip.saddr = answer->quoted.daddr;
	answer->ip.daddr = answer->quoted.saddr;
	answer->icmp = (struct icmp6hdr){
		.icmp6_type = ICMPV6_DEST_UNREACH,
		.icmp6_code = unreachable ? ICMPV6_ADDR_UNREACH : ICMPV6_PORT_UNREACH,
	};
	sum = bpf_csum_diff(0, 0, pseudo, sizeof(pseudo), 0);
	sum = bpf_csum_diff(0, 0, (void *)&answer->ip.saddr, 2 * sizeof(answer->ip.saddr), sum);
	sum = bpf_csum_diff(0, 0, (void *)&answer->icmp, length, sum);
	answer->icmp.icmp6_cksum = ~fold(sum);
	return 1;
}

/* Put in the packet's place. Where its checksum was to be computed is forgotten with the bytes that it was
 * in. */
static __always_inline _Bool put_refusal(struct context *ctx, const void *answer, const __u32 bytes)
{
	return !bpf_skb_change_tail(ctx, sizeof(struct ethhdr) + REFUSED_ROOM, 0) &&
	       forget_checksum(ctx, REFUSED_FORGET) &&
	       !bpf_skb_change_tail(ctx, sizeof(struct ethhdr) + bytes, 0) && swap_macs(ctx) &&
	       !bpf_skb_store_bytes(ctx, sizeof(struct ethhdr), answer, bytes, 0);
}

/* 1: the packet is the answer now. */
__noinline int write_refusal(struct context *ctx, __u32 family, __u32 unreachable)
{
	struct refusal *refusal = this_refusal();

	if (!refusal)
		return 0;
	if (family == AF_INET)
		return write_refusal4(ctx, &refusal->v4, unreachable) &&
		       put_refusal(ctx, &refusal->v4, sizeof(refusal->v4));
	return write_refusal6(ctx, &refusal->v6, unreachable) &&
	       put_refusal(ctx, &refusal->v6, sizeof(refusal->v6));
}

/* The same, by a reset. */
__noinline int write_reset(struct context *ctx, __u32 family)
{
	struct refusal *refusal = this_refusal();

	if (!refusal)
		return 0;
	if (family == AF_INET)
		return write_reset4(ctx, &refusal->reset4) &&
		       put_refusal(ctx, &refusal->reset4, sizeof(refusal->reset4));
	return write_reset6(ctx, &refusal->reset6) &&
	       put_refusal(ctx, &refusal->reset6, sizeof(refusal->reset6));
}

static __always_inline _Bool write_answer_to(struct context *ctx, const struct packet *packet,
					     enum pod_verdict verdict)
{
	if (verdict == POD_REFUSE_NO_BACKEND && packet->tcp)
		return write_reset(ctx, packet->family);
	return write_refusal(ctx, packet->family, verdict == POD_REFUSE_NO_LOCAL_BACKEND);
}

pod_stage refuse(struct context *ctx, const struct packet *packet, enum pod_verdict verdict)
{
	if (packet->tcp && packet->tcp->rst)
		return POD_DROP_RESET;
	if (packet->tags || packet->bytes & FIRST_FRAGMENT || !write_answer_to(ctx, packet, verdict))
		return POD_DROP_UNTOLD;
	return verdict;
}
