/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * ICMP errors about translated packets (RFC 5508). An error goes the other way than the packet that it
 * quotes, so it is known, translated and routed like an answer to that packet; and then the quote is made
 * what its sender sent. Whoever reported the error is not shown: it comes from the address that its reader
 * talks to.
 *
 * Not inlined, as errors are rare and the stack is short; and given copies, so that what all others use stays
 * in registers.
 */
#pragma once
#include <linux/icmpv6.h>
#include <linux/in.h>
#include "extension.h"
#include "rewrite.h"
#include "scratch.h"

#define ICMP4_UNREACHABLE   3
#define ICMP4_ECHO          8
#define ICMP4_TIME_EXCEEDED 11
#define IPV4_OFFSET         0x1fff

/* What of TCP and UDP an error quotes at least (RFC 792), and where TCP's checksum is, which is often cut
 * off. */
struct quoted {
	__be16 source_port;
	__be16 destination_port;
	__be16 udp_length;
	__u16 udp_checksum;
};

#define TCP_CHECKSUM_OFFSET 16

/* Pointers are proofs, as in struct packet. checksum: the transport's, or NULL. */
struct icmp_error {
	struct icmp6hdr *icmp; /* the same in both families, as far as it matters */
	struct iphdr *ipv4;
	struct ipv6hdr *ipv6;
	struct quoted *quoted;
	__u16 *checksum;
	__u8 protocol;
};

/* room: what the IP header of the error says is left. */
stage read_quoted(struct icmp_error *error, void *header, void *end, __u32 room, __u8 protocol)
{
	struct quoted *quoted = header;
	__u16 *checksum = header + TCP_CHECKSUM_OFFSET;

	if ((void *)(quoted + 1) > end || room < sizeof(*quoted))
		return VERDICT_PASS_TRUNCATED;
	if (protocol == IPPROTO_UDP)
		error->checksum = quoted->udp_checksum ? &quoted->udp_checksum : 0;
	else if (protocol != IPPROTO_TCP)
		return VERDICT_PASS_PROTOCOL;
	else if ((void *)(checksum + 1) <= end && room >= TCP_CHECKSUM_OFFSET + sizeof(*checksum))
		error->checksum = checksum;
	error->quoted = quoted;
	error->protocol = protocol;
	return VERDICT_GO_ON;
}

stage read_quote4(struct icmp_error *error, struct iphdr *ip, void *end, __u32 room)
{
	__u32 length;

	if ((void *)(ip + 1) > end || room < sizeof(*ip))
		return VERDICT_PASS_TRUNCATED;
	length = ip->ihl * 4;
	if (ip->version != 4 || length < sizeof(*ip) || length > room ||
	    ip->frag_off & bpf_htons(IPV4_OFFSET))
		return VERDICT_PASS_PROTOCOL;
	error->ipv4 = ip;
	return read_quoted(error, (void *)ip + length, end, room - length, ip->protocol);
}

/* A first fragment, which is too big as whole packets are: who sends it can make smaller ones. */
stage read_quoted_first(struct icmp_error *error, struct extension *fragment, void *end, __u32 room)
{
	if ((void *)(fragment + 1) > end || room < sizeof(*fragment))
		return VERDICT_PASS_TRUNCATED;
	if (fragment->fragment & bpf_htons(IPV6_OFFSET))
		return VERDICT_PASS_PROTOCOL;
	return read_quoted(error, fragment + 1, end, room - sizeof(*fragment), fragment->next);
}

stage read_quote6(struct icmp_error *error, struct ipv6hdr *ip, void *end, __u32 room)
{
	if ((void *)(ip + 1) > end || room < sizeof(*ip))
		return VERDICT_PASS_TRUNCATED;
	if (ip->version != 6)
		return VERDICT_PASS_PROTOCOL;
	error->ipv6 = ip;
	if (ip->nexthdr == IPPROTO_FRAGMENT)
		return read_quoted_first(error, (void *)(ip + 1), end, room - sizeof(*ip));
	return read_quoted(error, ip + 1, end, room - sizeof(*ip), ip->nexthdr);
}

static __always_inline _Bool is_error4(__u8 type)
{
	return type == ICMP4_UNREACHABLE || type == ICMP4_TIME_EXCEEDED;
}

static __always_inline _Bool is_error6(__u8 type)
{
	return type == ICMPV6_DEST_UNREACH || type == ICMPV6_PKT_TOOBIG || type == ICMPV6_TIME_EXCEED;
}

stage read_error4(struct iphdr *outer, __u32 length, struct icmp_error *error, void *end)
{
	__u32 header_length = outer->ihl * 4;
	struct icmp6hdr *icmp = (void *)outer + header_length;
	__u32 room = length - header_length;

	if ((void *)(icmp + 1) > end || room < sizeof(*icmp))
		return VERDICT_PASS_TRUNCATED;
	error->icmp = icmp;
	if (icmp->icmp6_type == ICMP4_ECHO && header_length == sizeof(*outer))
		return VERDICT_REPLY_PING;
	return is_error4(icmp->icmp6_type) ? read_quote4(error, (void *)(icmp + 1), end, room - sizeof(*icmp))
					   : VERDICT_PASS_PROTOCOL;
}

/* Right behind the IPv6 header, as every error is. */
stage read_error6(struct ipv6hdr *outer, __u32 length, struct icmp_error *error, void *end)
{
	struct icmp6hdr *icmp = (void *)(outer + 1);
	__u32 room = length - sizeof(*outer);

	if ((void *)(icmp + 1) > end || room < sizeof(*icmp))
		return VERDICT_PASS_TRUNCATED;
	error->icmp = icmp;
	if (icmp->icmp6_type == ICMPV6_ECHO_REQUEST)
		return VERDICT_REPLY_PING;
	return is_error6(icmp->icmp6_type) ? read_quote6(error, (void *)(icmp + 1), end, room - sizeof(*icmp))
					   : VERDICT_PASS_PROTOCOL;
}

/* length: of the IP packet, one of whose headers is not NULL. */
stage read_error(struct context *ctx, struct iphdr *ipv4, struct ipv6hdr *ipv6, __u32 length,
		 struct icmp_error *error)
{
	void *end = (void *)(long)ctx->data_end;

	if (ipv4)
		return read_error4(ipv4, length, error, end);
	return ipv6 ? read_error6(ipv6, length, error, end) : VERDICT_PASS_PROTOCOL;
}

/* What an answer to a quoted packet would be known by. */
struct quoted_way {
	struct address source;
	struct address destination;
	__be16 source_port;
	__be16 destination_port;
	__u8 protocol;
};

SCRATCH(this_way, struct quoted_way)
SCRATCH(this_translation, struct translation)

static __noinline int read_way(struct context *ctx, struct iphdr *ipv4, struct ipv6hdr *ipv6, __u32 length,
			       struct quoted_way *way)
{
	struct icmp_error error = {};
	enum verdict v = read_error(ctx, ipv4, ipv6, length, &error);

	if (v)
		return v;
	if (error.ipv4) {
		way->source = ipv4_address(error.ipv4->daddr);
		way->destination = ipv4_address(error.ipv4->saddr);
	} else if (error.ipv6) {
		way->source = ipv6_address(&error.ipv6->daddr);
		way->destination = ipv6_address(&error.ipv6->saddr);
	}
	way->source_port = error.quoted->destination_port;
	way->destination_port = error.quoted->source_port;
	way->protocol = error.protocol;
	return VERDICT_GO_ON;
}

/* A ping is one if its address is a service's. The packet's destination stays: an error is sent to who sent
 * what it quotes. */
stage parse_error(struct context *ctx, struct packet *packet, struct iphdr *ipv4, struct ipv6hdr *ipv6)
{
	void *header = ipv4 ? (void *)ipv4 + ipv4->ihl * 4 : (void *)(ipv6 + 1);
	struct quoted_way *way = this_way();
	enum verdict v;

	if (!way)
		return VERDICT_PASS_PROTOCOL;
	v = read_way(ctx, ipv4, ipv6, packet->length, way);
	if (v == VERDICT_REPLY_PING) {
		packet->unreadable = v;
		return VERDICT_GO_ON;
	}
	if (v)
		return v;
	if (!same_address(way->destination, packet->destination))
		return VERDICT_PASS_PROTOCOL;
	keep(header);
	packet->bytes |= ICMP_ERROR;
	packet->transport = header - (void *)packet->ethernet;
	packet->source = way->source;
	packet->protocol = way->protocol;
	packet->source_port = way->source_port;
	packet->destination_port = way->destination_port;
	return VERDICT_GO_ON;
}

/* Each returns by how much the sum of what it writes changes. pseudo: of the quoted addresses alone. */
static __always_inline __u64 rewrite_quote4(struct iphdr *ip, const struct translation *to, __u64 pseudo)
{
	__u16 before = ip->check;

	ip->check = update_checksum(before, pseudo);
	ip->saddr = to->destination.low;
	ip->daddr = to->source.low;
	return pseudo + change16(before, ip->check);
}

static __always_inline __u64 rewrite_quoted(struct icmp_error *error, const struct translation *to,
					    __u64 pseudo)
{
	struct quoted *quoted = error->quoted;
	__u64 change = change16(quoted->source_port, to->destination_port) +
		       change16(quoted->destination_port, to->source_port);
	__u16 before;

	quoted->source_port = to->destination_port;
	quoted->destination_port = to->source_port;
	if (!error->checksum)
		return change;
	before = *error->checksum;
	*error->checksum = update_checksum(before, pseudo + change);
	return change + change16(before, *error->checksum);
}

/* ICMP's checksum is without the error's own addresses. */
static __always_inline __u64 rewrite_error4(struct iphdr *outer, struct icmp_error *error,
					    const struct translation *to)
{
	struct iphdr *ip = error->ipv4;
	__u64 pseudo = change32(ip->saddr, to->destination.low) + change32(ip->daddr, to->source.low);

	rewrite_ipv4(outer, to);
	return rewrite_quote4(ip, to, pseudo) + rewrite_quoted(error, to, pseudo);
}

/* A call for each address, or they would all be on the stack together. */
static __noinline __u64 replace6(struct in6_addr *at, const struct address *to)
{
	struct address before = ipv6_address(at);

	put_ipv6_address(at, *to);
	return change128(before, *to);
}

/* ICMPv6's is with them. */
static __always_inline __u64 rewrite_error6(struct ipv6hdr *outer, struct icmp_error *error,
					    const struct translation *to)
{
	__u64 pseudo = replace6(&error->ipv6->saddr, &to->destination);
	__u64 change = replace6(&outer->saddr, &to->source);

	pseudo += replace6(&error->ipv6->daddr, &to->source);
	change += replace6(&outer->daddr, &to->destination);
	return change + pseudo + rewrite_quoted(error, to, pseudo);
}

static __noinline int rewrite_error(struct context *ctx, struct iphdr *ipv4, struct ipv6hdr *ipv6,
				    __u32 length, const struct translation *to)
{
	struct icmp_error error = {};
	enum verdict v = read_error(ctx, ipv4, ipv6, length, &error);
	__u64 change = 0;

	if (v)
		return v;
	if (ipv4 && error.ipv4)
		change = rewrite_error4(ipv4, &error, to);
	else if (ipv6 && error.ipv6)
		change = rewrite_error6(ipv6, &error, to);
	error.icmp->icmp6_cksum = update_checksum(error.icmp->icmp6_cksum, change);
	return VERDICT_GO_ON;
}

stage write_translation(struct context *ctx, struct packet *packet, const struct translation *to)
{
	if (unlikely(is_error(packet))) {
		struct translation *copy = this_translation();

		if (!copy)
			return VERDICT_PASS_PROTOCOL;
		*copy = *to;
		return rewrite_error(ctx, packet->ipv4, packet->ipv6, packet->length, copy);
	}
	return rewrite(ctx, packet, to);
}
