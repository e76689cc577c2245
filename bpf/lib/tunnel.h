/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Puts an IPv4 or IPv6 header before a packet of either family (RFC 2003, 2473, 4213), with the inner one's
 * class of service (RFC 6040). The packet itself stays as it is. The outer source varies with the flow, so
 * that receivers spread flows over their queues.
 */
#pragma once
#include <linux/in.h>
#include "icmp.h"
#include "vlan.h"

#define TUNNEL_HOPS 64

/* What the outer header says of the inner packet. */
struct inner {
	__u16 length;
	__u16 id;
	__be16 dont_fragment;
	__u8 family;
	__u8 class; /* DSCP and ECN */
};

struct outer {
	struct address source;
	struct address destination;
	__u32 label; /* of an IPv6 flow: RFC 6438 */
	__u8 family;
};

static __always_inline __u32 outer_length(__u8 family)
{
	return family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
}

static __always_inline struct address spread_source(__u8 family, __u64 flow)
{
	struct address address;

	if (family == AF_INET)
		return ipv4_address(config.tunnel_source4 | ((__u32)flow & config.tunnel_spread4));
	address.low = *(const volatile __u64 *)&config.tunnel_source6[0] |
		      (flow & *(const volatile __u64 *)&config.tunnel_spread6[0]);
	address.high = *(const volatile __u64 *)&config.tunnel_source6[2] |
		       (flow & *(const volatile __u64 *)&config.tunnel_spread6[2]);
	return address;
}

/* The own address towards the member unless there is a prefix for it. */
static __always_inline struct address tunnel_source(const struct member *member, __u64 flow)
{
	struct address address = spread_source(member->family, flow);
	struct source *source;

	if (!is_zero(address))
		return address;
	source = bpf_map_lookup_elem(&sources, &member->source);
	return source ? stored_address(source->address) : address;
}

static __always_inline struct inner describe(const struct context *ctx, const struct packet *packet)
{
	struct inner inner = {.length = whole_length(ctx, packet), .family = packet->family};

	if (packet->ipv4) {
		inner.dont_fragment = packet->ipv4->frag_off & bpf_htons(IPV4_DONT_FRAGMENT);
		inner.id = inner.dont_fragment ? 0 : packet->ipv4->id + (__u16)packet->flow; /* RFC 6864 4 */
		inner.class = packet->ipv4->tos;
	} else if (packet->ipv6) {
		inner.dont_fragment = bpf_htons(IPV4_DONT_FRAGMENT); /* RFC 4213 3.2 */
		inner.class = bpf_ntohs(*(const __be16 *)packet->ipv6) >> 4;
	}
	return inner;
}

static __always_inline __u8 protocol_of(const struct inner *inner)
{
	return inner->family == AF_INET ? IPPROTO_IPIP : IPPROTO_IPV6;
}

static __always_inline void write_outer4(struct iphdr *ip, const struct outer *outer,
					 const struct inner *inner)
{
	const __u16 *words = (const __u16 *)ip;
	__u64 sum = 0;

	*ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tos = inner->class,
		.tot_len = bpf_htons(inner->length + sizeof(*ip)),
		.id = inner->id,
		.frag_off = inner->dont_fragment,
		.ttl = TUNNEL_HOPS,
		.protocol = protocol_of(inner),
		.saddr = outer->source.low,
		.daddr = outer->destination.low,
	};
#pragma unroll
	for (int i = 0; i < 10; i++)
		sum += words[i];
	ip->check = ~fold(sum);
}

static __always_inline void write_outer6(struct ipv6hdr *ip, const struct outer *outer,
					 const struct inner *inner)
{
	__u32 first = 6U << 28 | (__u32)inner->class << 20 | (outer->label & 0xfffff);

	*(__be32 *)ip = bpf_htonl(first);
	ip->payload_len = bpf_htons(inner->length);
	ip->nexthdr = protocol_of(inner);
	ip->hop_limit = TUNNEL_HOPS;
	put_ipv6_address(&ip->saddr, outer->source);
	put_ipv6_address(&ip->daddr, outer->destination);
}

/* Leaves packet->ethernet at the new front; the pointers to the packet itself are used up. */
stage encapsulate(struct context *ctx, struct packet *packet, const struct outer *outer, _Bool to_kernel)
{
	struct inner inner = describe(ctx, packet);
	_Bool is4 = outer->family == AF_INET;
	void *header = open_front(ctx, packet, is4, to_kernel);

	if (!header)
		return VERDICT_DROP_NO_HEADROOM;
	if (is4)
		write_outer4(header, outer, &inner);
	else
		write_outer6(header, outer, &inner);
	note_change(ctx, is4 ? 0 : sum_of(header, sizeof(struct ipv6hdr)));
	return close_front(ctx) ? VERDICT_GO_ON : VERDICT_DROP_NO_HEADROOM;
}
