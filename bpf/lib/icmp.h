/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Tells a packet's sender that it is too big, in place: new headers before the packet, the rest cut off, back
 * the way it came, from the address that it was sent to.
 */
#pragma once
#include <linux/icmpv6.h>
#include <linux/in.h>
#include "icmp_error.h"

#define ICMP_HOPS     64
#define ICMP_PRIORITY 0xc0 /* internetwork control, as the kernel sends its errors */

/* What is quoted. IPv4: the longest header and 8 bytes (RFC 792), less than any MTU. IPv6: what 1280 leaves.
 */
#define QUOTE4 68
#define QUOTE6 1232

/* <linux/icmp.h> needs libc. RFC 1191. */
struct icmp4_too_big {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__be16 unused;
	__be16 mtu;
};

#define ICMP4_FRAG_NEEDED  4
#define IPV4_DONT_FRAGMENT 0x4000

struct too_big4 {
	struct ethhdr ethernet;
	struct iphdr ip;
	struct icmp4_too_big icmp;
	__u8 quote[QUOTE4];
} __attribute__((packed));

struct too_big6 {
	struct ethhdr ethernet;
	struct ipv6hdr ip;
	struct icmp6hdr icmp;
	__u8 quote[QUOTE6];
} __attribute__((packed));

_Static_assert(sizeof(struct too_big4) == 14 + 28 + QUOTE4, "no padding");
_Static_assert(sizeof(struct too_big6) == 14 + 48 + QUOTE6, "no padding");

/* Makes room for headers in front, and cuts behind, so that the frame has exactly this length. */
static __always_inline _Bool reshape(struct xdp_md *ctx, __u32 from, __u32 headers, __u32 to)
{
	return !bpf_xdp_adjust_head(ctx, -(int)headers) &&
	       !bpf_xdp_adjust_tail(ctx, (int)(to - from - headers));
}

static __always_inline void turn_round(struct ethhdr *ethernet, const struct ethhdr *from)
{
	__builtin_memcpy(ethernet->h_dest, from->h_source, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, from->h_dest, ETH_ALEN);
	ethernet->h_proto = from->h_proto;
}

stage answer_too_big4(struct xdp_md *ctx, const struct packet *packet, __u16 mtu)
{
	struct ethhdr from = *packet->ethernet;
	struct too_big4 *answer;

	if (packet->bytes < sizeof(from) + QUOTE4 ||
	    !reshape(ctx, packet->bytes, sizeof(*answer) - sizeof(from) - QUOTE4, sizeof(*answer)))
		return VERDICT_DROP_TOO_BIG;
	answer = (void *)(long)ctx->data;
	if ((void *)(answer + 1) > (void *)(long)ctx->data_end)
		return VERDICT_DROP_TOO_BIG;
	turn_round(&answer->ethernet, &from);
	answer->ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tos = ICMP_PRIORITY,
		.tot_len = bpf_htons(sizeof(*answer) - sizeof(from)),
		.frag_off = bpf_htons(IPV4_DONT_FRAGMENT),
		.ttl = ICMP_HOPS,
		.protocol = IPPROTO_ICMP,
		.saddr = packet->destination.low,
		.daddr = packet->source.low,
	};
	answer->ip.check = ~fold(bpf_csum_diff(0, 0, (void *)&answer->ip, sizeof(answer->ip), 0));
	answer->icmp = (struct icmp4_too_big){
		.type = ICMP4_UNREACHABLE,
		.code = ICMP4_FRAG_NEEDED,
		.mtu = bpf_htons(mtu),
	};
	answer->icmp.checksum =
		~fold(bpf_csum_diff(0, 0, (void *)&answer->icmp, sizeof(answer->icmp) + QUOTE4, 0));
	return VERDICT_REPLY_TOO_BIG;
}

/* bpf_csum_diff takes 512 bytes at most. */
static __always_inline __u16 checksum6(struct too_big6 *answer)
{
	__u32 length = sizeof(answer->icmp) + QUOTE6;
	__be32 pseudo[2] = {bpf_htonl(length), bpf_htonl(IPPROTO_ICMPV6)};
	void *bytes = &answer->icmp;
	__s64 sum;

	sum = bpf_csum_diff(0, 0, pseudo, sizeof(pseudo), 0);
	sum = bpf_csum_diff(0, 0, (void *)&answer->ip.saddr, 2 * sizeof(answer->ip.saddr), sum);
	sum = bpf_csum_diff(0, 0, bytes, 512, sum);
	sum = bpf_csum_diff(0, 0, bytes + 512, 512, sum);
	sum = bpf_csum_diff(0, 0, bytes + 1024, sizeof(answer->icmp) + QUOTE6 - 1024, sum);
	return ~fold(sum);
}

stage answer_too_big6(struct xdp_md *ctx, const struct packet *packet, __u16 mtu)
{
	struct ethhdr from = *packet->ethernet;
	struct too_big6 *answer;

	if (packet->bytes < sizeof(from) + QUOTE6 ||
	    !reshape(ctx, packet->bytes, sizeof(*answer) - sizeof(from) - QUOTE6, sizeof(*answer)))
		return VERDICT_DROP_TOO_BIG;
	answer = (void *)(long)ctx->data;
	if ((void *)(answer + 1) > (void *)(long)ctx->data_end)
		return VERDICT_DROP_TOO_BIG;
	turn_round(&answer->ethernet, &from);
	answer->ip = (struct ipv6hdr){
		.version = 6,
		.priority = ICMP_PRIORITY >> 4,
		.payload_len = bpf_htons(sizeof(answer->icmp) + QUOTE6),
		.nexthdr = IPPROTO_ICMPV6,
		.hop_limit = ICMP_HOPS,
	};
	__builtin_memcpy(&answer->ip.saddr, &packet->destination, sizeof(answer->ip.saddr));
	__builtin_memcpy(&answer->ip.daddr, &packet->source, sizeof(answer->ip.daddr));
	answer->icmp = (struct icmp6hdr){.icmp6_type = ICMPV6_PKT_TOOBIG};
	answer->icmp.icmp6_mtu = bpf_htonl(mtu);
	answer->icmp.icmp6_cksum = checksum6(answer);
	return VERDICT_REPLY_TOO_BIG;
}

stage answer_too_big(struct xdp_md *ctx, const struct packet *packet, __u16 mtu)
{
	if (packet->tags)
		return VERDICT_DROP_TOO_BIG;
	if (packet->ipv4)
		return answer_too_big4(ctx, packet, mtu);
	return answer_too_big6(ctx, packet, mtu);
}
