/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The option that tells a member which service a packet was sent to, as Cilium's `opt` dispatch has it, on
 * what begins a flow: TCP SYNs, and every UDP datagram. IPv4: option 0x9a of 8 bytes, first in the header,
 * with port and address byte-reversed, as Cilium's little-endian nodes write them. IPv6: a destination
 * options header of 24 bytes with nothing but option 0x1b, first behind the header, in network order. Of a
 * packet in fragments the first one has it, before its fragment header; so others keep their offsets.
 */
#pragma once
#include <linux/in.h>
#include "rewrite.h"
#include "scratch.h"
#include "vlan.h"

/* As decap_option.h reads them. */
struct service_option4 {
	__u8 type;
	__u8 length;
	__u16 port;
	__u32 address;
};

struct service_option6 {
	__u8 next;
	__u8 length;
	__u8 type;
	__u8 option_length;
	__be32 address[4];
	__be16 port;
	__u16 padding;
};

_Static_assert(sizeof(struct service_option4) == 8 && sizeof(struct service_option6) == 24, "as on the wire");

#define SERVICE_OPTION4 0x9a
#define SERVICE_OPTION6 0x1b

#define IPV4_HEADER_WORDS 15

/* Where a packet was sent to, of which its headers tell no more. */
struct asked {
	struct address address;
	__be16 port;
	__u16 network;
	__u8 family;
	__u8 protocol;
};

SCRATCH(this_asked, struct asked)

/* How long the option is that the packet needs; 0 for most. */
static __always_inline __u32 option_length(const struct packet *packet)
{
	if (is_error(packet) || (!packet->udp && !opens(packet)))
		return 0;
	return packet->family == AF_INET ? sizeof(struct service_option4) : sizeof(struct service_option6);
}

/* In IPv4 other options stay behind it. */
static __always_inline _Bool has_place4(const struct iphdr *ip, const void *end)
{
	return (const void *)(ip + 1) <= end &&
	       ip->ihl + sizeof(struct service_option4) / 4 <= IPV4_HEADER_WORDS;
}

/* The member looks for it nowhere but before TCP or UDP, or before a fragment's header that has them next. */
static __always_inline _Bool has_place6(const struct ipv6hdr *ip, const void *end, __u8 protocol)
{
	const __u8 *behind = (const void *)(ip + 1);

	if ((const void *)(behind + 1) > end)
		return 0;
	return ip->nexthdr == protocol || (ip->nexthdr == IPPROTO_FRAGMENT && *behind == protocol);
}

static __always_inline _Bool write_option4(struct iphdr *ip, const struct asked *asked, void *end)
{
	struct service_option4 *option = (void *)(ip + 1);
	__be32 *words = (void *)ip;
	__be32 before;

	if ((void *)(option + 1) > end)
		return 0;
	*option = (struct service_option4){
		.type = SERVICE_OPTION4,
		.length = sizeof(*option),
		.port = __builtin_bswap16(asked->port),
		.address = __builtin_bswap32(asked->address.low),
	};
	before = words[0];
	ip->ihl += sizeof(*option) / 4;
	ip->tot_len = bpf_htons(bpf_ntohs(ip->tot_len) + sizeof(*option));
	ip->check = update_checksum(ip->check, change32(before, words[0]) + change32(0, words[5]) +
						       change32(0, words[6]));
	return 1;
}

static __always_inline _Bool write_option6(struct context *ctx, struct ipv6hdr *ip, const struct asked *asked,
					   void *end)
{
	struct service_option6 *option = (void *)(ip + 1);
	const __be32 *words = (const void *)ip;
	__be32 before;

	if ((void *)(option + 1) > end)
		return 0;
	before = words[1];
	option->next = ip->nexthdr;
	option->length = sizeof(*option) / 8 - 1;
	option->type = SERVICE_OPTION6;
	option->option_length = sizeof(*option) - 4;
	option->address[0] = asked->address.low;
	option->address[1] = asked->address.low >> 32;
	option->address[2] = asked->address.high;
	option->address[3] = asked->address.high >> 32;
	option->port = asked->port;
	option->padding = 0;
	ip->nexthdr = IPPROTO_DSTOPTS;
	ip->payload_len = bpf_htons(bpf_ntohs(ip->payload_len) + sizeof(*option));
	note_change(ctx, change32(before, words[1]) + sum_of(option, sizeof(*option)));
	return 1;
}

/* Puts it into the packet, for which this_asked() is known. */
__noinline int insert_option(struct context *ctx)
{
	struct asked *asked = this_asked();
	__u32 network, length, header;
	void *ip, *end;
	_Bool is4;

	if (!asked)
		return VERDICT_DROP_NO_HEADROOM;
	is4 = asked->family == AF_INET;
	network = asked->network & NETWORK_MASK;
	ip = (void *)(long)ctx->data + network;
	end = (void *)(long)ctx->data_end;
	if (!(is4 ? has_place4(ip, end) : has_place6(ip, end, asked->protocol)))
		return VERDICT_DROP_OPTION;
	length = is4 ? sizeof(struct service_option4) : sizeof(struct service_option6);
	header = is4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	ip = open_gap(ctx, network, header, length);
	if (!ip)
		return VERDICT_DROP_NO_HEADROOM;
	if (!(is4 ? write_option4(ip, asked, (void *)(long)ctx->data_end)
		  : write_option6(ctx, ip, asked, (void *)(long)ctx->data_end)))
		return VERDICT_DROP_NO_HEADROOM;
	return close_front(ctx) ? VERDICT_GO_ON : VERDICT_DROP_NO_HEADROOM;
}

/* Leaves packet->ethernet at the new front; the pointers to the packet itself are used up. */
stage put_option(struct context *ctx, struct packet *packet)
{
	struct asked *asked = this_asked();
	enum verdict v;
	void *front;

	if (!asked)
		return VERDICT_DROP_NO_HEADROOM;
	asked->address = packet->destination;
	asked->port = packet->destination_port;
	asked->network = packet->network;
	asked->family = packet->family;
	asked->protocol = packet->protocol;
	v = insert_option(ctx);
	if (v)
		return v;
	front = (void *)(long)ctx->data;
	if (front + sizeof(struct ethhdr) > (void *)(long)ctx->data_end)
		return VERDICT_DROP_NO_HEADROOM;
	packet->ethernet = front;
	return VERDICT_GO_ON;
}
