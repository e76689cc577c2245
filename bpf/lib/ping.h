/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Answers a ping to a service's address, in place: the frame goes back as it came, turned round. The answer
 * is as long as the question, so nobody's traffic is made more.
 */
#pragma once
#include "addressee.h"
#include "icmp_error.h"
#include "martian.h"
#include "pulse.h"
#include "vlan.h"

#define PING_HOPS 64

/* Type and code as one word. */
#define PING4 bpf_htons(0x0800)
#define PONG4 bpf_htons(0x0000)
#define PING6 bpf_htons(0x8000)
#define PONG6 bpf_htons(0x8100)

static __always_inline void answer_as(struct icmp6hdr *icmp, __be16 ping, __be16 pong)
{
	icmp->icmp6_type = bpf_ntohs(pong) >> 8;
	icmp->icmp6_cksum = update_checksum(icmp->icmp6_cksum, change16(ping, pong));
}

static __always_inline _Bool answer_ping4(struct iphdr *ip, void *end)
{
	struct icmp6hdr *icmp = (void *)(ip + 1);
	__u16 *hops = (void *)&ip->ttl;
	__be32 asked = ip->daddr;
	__u16 before = *hops;

	if ((void *)(icmp + 1) > end)
		return 0;
	ip->ttl = PING_HOPS;
	ip->check = update_checksum(ip->check, change16(before, *hops));
	ip->daddr = ip->saddr;
	ip->saddr = asked;
	answer_as(icmp, PING4, PONG4);
	return 1;
}

static __always_inline _Bool answer_ping6(struct context *ctx, struct ipv6hdr *ip, void *end)
{
	struct icmp6hdr *icmp = (void *)(ip + 1);
	__u16 *hops = (void *)&ip->nexthdr;
	__u16 before = *hops;
	struct in6_addr asked = ip->daddr;

	if ((void *)(icmp + 1) > end)
		return 0;
	ip->hop_limit = PING_HOPS;
	note_change(ctx, change16(before, *hops));
	ip->daddr = ip->saddr;
	ip->saddr = asked;
	answer_as(icmp, PING6, PONG6);
	return 1;
}

/* 1 if the frame is the answer now. network: where its IP header is. */
__noinline int turn_ping(struct context *ctx, __u32 network, __u32 family)
{
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	void *ip = (void *)ethernet + (network & NETWORK_MASK);
	__u8 asked[ETH_ALEN];

	if ((void *)(ethernet + 1) > end ||
	    ip + (family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) > end)
		return 0;
	if (!(family == AF_INET ? answer_ping4(ip, end) : answer_ping6(ctx, ip, end)))
		return 0;
	__builtin_memcpy(asked, ethernet->h_dest, ETH_ALEN);
	__builtin_memcpy(ethernet->h_dest, ethernet->h_source, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, asked, ETH_ALEN);
	return 1;
}

stage answer_ping(struct context *ctx, const struct packet *packet)
{
	enum verdict v;

	if (is_on(SWITCH_NO_PING))
		return VERDICT_PASS_PROTOCOL;
	v = check_frame(ctx, packet->ethernet);
	if (v)
		return v;
	if (check_source(packet))
		return VERDICT_DROP_MARTIAN;
	return turn_ping(ctx, packet->network, packet->family) ? VERDICT_REPLY_PING : VERDICT_PASS_TRUNCATED;
}
