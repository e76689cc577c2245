/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* From bytes to addresses, ports and protocol. IPv4 and IPv6 part here, and meet again at the transport
 * header. */
#pragma once
#include <linux/in.h>
#include "icmp_error.h"

#define IPV4_FRAGMENT 0x3fff /* more fragments, offset */
#define IPV6_FRAGMENT 0xfff9 /* offset, more fragments */

/* As many as RFC 8200 has before TCP or UDP: hop-by-hop, destination, routing, fragment, destination. */
#define EXTENSION_HEADERS 5

/* length: in units of 8 bytes, the first not counted; nothing in a fragment header. */
struct extension {
	__u8 next;
	__u8 length;
	union {
		__be16 fragment;
		struct {
			__u8 routing_type;
			__u8 segments_left;
		};
	};
	__be32 rest;
};

/* room: what the IP header says is left. A frame may be padded beyond it, and must not end before it. */
stage parse_transport(struct packet *packet, void *header, void *end, __u32 room, __u8 protocol)
{
	struct tcphdr *tcp = header;
	struct udphdr *udp = header;

	if (protocol == IPPROTO_TCP) {
		if ((void *)(tcp + 1) > end || room < sizeof(*tcp))
			return VERDICT_PASS_TRUNCATED;
		packet->tcp = tcp;
	} else if (protocol == IPPROTO_UDP) {
		if ((void *)(udp + 1) > end || room < sizeof(*udp))
			return VERDICT_PASS_TRUNCATED;
		packet->udp = udp;
	} else {
		return VERDICT_PASS_PROTOCOL;
	}
	packet->protocol = protocol;
	packet->source_port = udp->source;
	packet->destination_port = udp->dest;
	return VERDICT_GO_ON;
}

stage parse_ipv4(struct xdp_md *ctx, struct packet *packet, void *header, void *end)
{
	struct iphdr *ip = header;
	__u32 header_length;

	if ((void *)(ip + 1) > end)
		return VERDICT_PASS_TRUNCATED;
	header_length = ip->ihl * 4;
	packet->length = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || header_length < sizeof(*ip) || packet->length < header_length ||
	    packet->length > end - header)
		return VERDICT_PASS_TRUNCATED;
	packet->ipv4 = ip;
	packet->family = AF_INET;
	packet->source = ipv4_address(ip->saddr);
	packet->destination = ipv4_address(ip->daddr);
	if (ip->frag_off & bpf_htons(IPV4_FRAGMENT)) {
		packet->unreadable = VERDICT_DROP_FRAGMENT;
		return VERDICT_GO_ON;
	}
	if (unlikely(ip->protocol == IPPROTO_ICMP))
		return parse_error(ctx, packet);
	return parse_transport(packet, header + header_length, end, packet->length - header_length,
			       ip->protocol);
}

/*
 * A fragment header with no offset and nothing to follow (RFC 6946) is a whole packet. One that is still on
 * its way through a source route is for the kernel: its checksum is that of the last address.
 */
stage parse_extensions(struct packet *packet, void *header, void *end, __u32 room, __u8 next)
{
	struct extension *extension;
	__u32 length;

#pragma unroll
	for (int i = 0; i <= EXTENSION_HEADERS; i++) {
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS &&
		    next != IPPROTO_FRAGMENT)
			return parse_transport(packet, header, end, room, next);
		extension = header;
		if ((void *)(extension + 1) > end)
			return VERDICT_PASS_TRUNCATED;
		length = sizeof(*extension);
		if (next == IPPROTO_ROUTING && extension->segments_left)
			return VERDICT_PASS_PROTOCOL;
		if (next != IPPROTO_FRAGMENT) {
			length += extension->length * 8;
		} else if (extension->fragment & bpf_htons(IPV6_FRAGMENT)) {
			packet->unreadable = VERDICT_DROP_FRAGMENT;
			return VERDICT_GO_ON;
		}
		if (length > room)
			return VERDICT_PASS_TRUNCATED;
		next = extension->next;
		header += length;
		room -= length;
	}
	packet->unreadable = VERDICT_DROP_EXTENSION_HEADERS;
	return VERDICT_GO_ON;
}

stage parse_ipv6(struct xdp_md *ctx, struct packet *packet, void *header, void *end)
{
	struct ipv6hdr *ip = header;
	__u32 payload;

	if ((void *)(ip + 1) > end)
		return VERDICT_PASS_TRUNCATED;
	payload = bpf_ntohs(ip->payload_len);
	if (ip->version != 6 || payload > end - (void *)(ip + 1))
		return VERDICT_PASS_TRUNCATED;
	packet->ipv6 = ip;
	packet->family = AF_INET6;
	packet->length = payload < 0xffff - sizeof(*ip) ? payload + sizeof(*ip) : 0xffff;
	packet->source = ipv6_address(&ip->saddr);
	packet->destination = ipv6_address(&ip->daddr);
	if (unlikely(ip->nexthdr == IPPROTO_ICMPV6))
		return parse_error(ctx, packet);
	return parse_extensions(packet, ip + 1, end, payload, ip->nexthdr);
}

stage parse_packet(struct xdp_md *ctx, struct packet *packet)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data;

	packet->bytes = end - data;
	if ((void *)(ethernet + 1) > end)
		return VERDICT_PASS_TRUNCATED;
	packet->ethernet = ethernet;
	if (ethernet->h_proto == bpf_htons(ETH_P_IP))
		return parse_ipv4(ctx, packet, ethernet + 1, end);
	if (ethernet->h_proto == bpf_htons(ETH_P_IPV6))
		return parse_ipv6(ctx, packet, ethernet + 1, end);
	return VERDICT_PASS_ETHERTYPE;
}
