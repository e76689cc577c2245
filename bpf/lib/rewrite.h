/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Puts the translated addresses and ports into a packet. IPv4 and IPv6 part where their headers differ. */
#pragma once
#include "hook.h"

/* What a packet's addresses and ports become. member: who it goes to, or NO_MEMBER on the way to a client.
 * here: that is this host itself. */
struct translation {
	struct address source;
	struct address destination;
	__be16 source_port;
	__be16 destination_port;
	__u32 member;
	_Bool here;
};

static __always_inline __u64 rewrite_ipv4(struct iphdr *ip, const struct translation *to)
{
	__u64 change = change32(ip->saddr, to->source.low) + change32(ip->daddr, to->destination.low);

	ip->check = update_checksum(ip->check, change);
	ip->saddr = to->source.low;
	ip->daddr = to->destination.low;
	return change;
}

static __always_inline __u64 change128(struct address from, struct address to)
{
	return change32(from.low, to.low) + change32(from.low >> 32, to.low >> 32) +
	       change32(from.high, to.high) + change32(from.high >> 32, to.high >> 32);
}

static __always_inline __u64 rewrite_ipv6(struct packet *packet, const struct translation *to)
{
	put_ipv6_address(&packet->ipv6->saddr, to->source);
	put_ipv6_address(&packet->ipv6->daddr, to->destination);
	return change128(packet->source, to->source) + change128(packet->destination, to->destination);
}

stage rewrite(struct context *ctx, struct packet *packet, const struct translation *to)
{
	__u64 change = 0;

	if (packet->ipv4)
		change = rewrite_ipv4(packet->ipv4, to);
	else if (packet->ipv6)
		change = rewrite_ipv6(packet, to);
	return rewrite_ports(ctx, packet, to->source_port, to->destination_port, change);
}

static __always_inline void spend_hop(struct context *ctx, struct packet *packet)
{
	struct iphdr *ip = packet->ipv4;

	if (ip) {
		ip->check = update_checksum(ip->check, change16(bpf_htons(0x0100), 0));
		ip->ttl--;
	} else if (packet->ipv6) {
		packet->ipv6->hop_limit--;
		note_change(ctx, change16(bpf_htons(1), 0));
	}
}

stage check_hops(const struct packet *packet)
{
	if (packet->ipv4)
		return packet->ipv4->ttl > 1 ? VERDICT_GO_ON : VERDICT_DROP_TTL;
	if (packet->ipv6)
		return packet->ipv6->hop_limit > 1 ? VERDICT_GO_ON : VERDICT_DROP_TTL;
	return VERDICT_PASS_ETHERTYPE;
}
