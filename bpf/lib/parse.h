/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* From bytes to addresses, ports and protocol. IPv4 and IPv6 part here, and meet again at the transport
 * header. */
#pragma once
#include <linux/in.h>
#include "extension.h"
#include "icmp_error.h"
#include "piece.h"
#include "vlan.h"

#define IPV4_FRAGMENT 0x3fff /* more fragments, offset */

/* room: what the IP header says is left. A frame may be padded beyond it, and must not end before it. */
stage parse_transport(struct packet *packet, void *header, void *end, __u32 room, __u8 protocol)
{
	__u32 least = protocol == IPPROTO_TCP ? sizeof(struct tcphdr) : sizeof(struct udphdr);
	struct udphdr *udp = header;

	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return VERDICT_PASS_PROTOCOL;
	if ((void *)(udp + 1) > end || header + least > end || room < least)
		return VERDICT_PASS_TRUNCATED;
	packet->transport = header - (void *)packet->ethernet;
	packet->protocol = protocol;
	packet->source_port = udp->source;
	packet->destination_port = udp->dest;
	return VERDICT_GO_ON;
}

stage parse_ipv4(struct context *ctx, struct packet *packet, void *header, void *end)
{
	struct iphdr *ip = header;
	__u32 header_length;

	if ((void *)(ip + 1) > end)
		return VERDICT_PASS_TRUNCATED;
	header_length = ip->ihl * 4;
	packet->length = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || header_length < sizeof(*ip) || packet->length < header_length ||
	    packet->length > bytes_from(ctx, header, end))
		return VERDICT_PASS_TRUNCATED;
	packet->family = AF_INET;
	packet->source = ipv4_address(ip->saddr);
	packet->destination = ipv4_address(ip->daddr);
	if (unlikely(ip->frag_off & bpf_htons(IPV4_FRAGMENT))) {
		if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
			return VERDICT_PASS_PROTOCOL;
		name_fragment(packet, ip->id, ip->protocol, ip->frag_off & bpf_htons(IPV4_OFFSET));
		if (packet->unreadable)
			return VERDICT_GO_ON;
	}
	if (unlikely(ip->protocol == IPPROTO_ICMP))
		return parse_error(ctx, packet, ip, 0);
	return parse_transport(packet, header + header_length, end, packet->length - header_length,
			       ip->protocol);
}

/* A packet in fragments, too, whose first one alone has ports. */
stage parse_behind_extensions(struct context *ctx, struct packet *packet, __u32 room, __u8 next)
{
	struct extensions *passed = begin_extensions(packet, room, next);
	enum verdict v = passed ? pass_extensions(ctx) : VERDICT_PASS_PROTOCOL;
	void *data = (void *)(long)ctx->data;

	if (v == VERDICT_DROP_EXTENSION_HEADERS) {
		packet->unreadable = v;
		return VERDICT_GO_ON;
	}
	if (v)
		return v;
	if (passed->fragment)
		name_fragment(packet, passed->id, passed->first, passed->fragment == LATER_FRAGMENT);
	if (packet->unreadable)
		return VERDICT_GO_ON;
	packet->ethernet = data;
	return parse_transport(packet, data + (passed->at & TRANSPORT_MASK), (void *)(long)ctx->data_end,
			       passed->room, passed->next);
}

/* Of 17 bits, without a branch. */
static __always_inline __u16 no_more_than_word(__u32 length)
{
	return length | -(length >> 16);
}

stage parse_ipv6(struct context *ctx, struct packet *packet, void *header, void *end)
{
	struct ipv6hdr *ip = header;
	__u32 payload;

	if ((void *)(ip + 1) > end)
		return VERDICT_PASS_TRUNCATED;
	payload = bpf_ntohs(ip->payload_len);
	if (ip->version != 6 || payload > bytes_from(ctx, ip + 1, end))
		return VERDICT_PASS_TRUNCATED;
	packet->family = AF_INET6;
	packet->length = no_more_than_word(payload + sizeof(*ip));
	packet->source = ipv6_address(&ip->saddr);
	packet->destination = ipv6_address(&ip->daddr);
	if (unlikely(ip->nexthdr == IPPROTO_ICMPV6))
		return parse_error(ctx, packet, 0, ip);
	if (ip->nexthdr != IPPROTO_TCP && ip->nexthdr != IPPROTO_UDP && is_extension(ip->nexthdr))
		return parse_behind_extensions(ctx, packet, payload, ip->nexthdr);
	return parse_transport(packet, ip + 1, end, payload, ip->nexthdr);
}

/* Steps over up to two tags, which stay in the frame; leaves the type of what follows. */
stage step_over_tags(struct packet *packet, struct vlan_tag *tag, void *end, __be16 *type)
{
#pragma unroll
	for (int i = 0; i < VLAN_TAGS; i++) {
		if (likely(!is_tag(*type)))
			break;
		if ((void *)(tag + 1) > end)
			return VERDICT_PASS_TRUNCATED;
		*type = tag->type;
		packet->tags++;
		tag++;
	}
	return VERDICT_GO_ON;
}

stage parse_frame(struct context *ctx, struct packet *packet)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data;
	__be16 type;
	enum verdict v;

	packet->bytes = bytes_from(ctx, data, end);
	if ((void *)(ethernet + 1) > end)
		return VERDICT_PASS_TRUNCATED;
	packet->ethernet = ethernet;
	type = ethernet->h_proto;
	v = step_over_tags(packet, (void *)(ethernet + 1), end, &type);
	if (v)
		return v;
	hide(packet->tags, packet->bytes);
	packet->network = sizeof(*ethernet) + packet->tags * sizeof(struct vlan_tag);
	if (type == bpf_htons(ETH_P_IP))
		return parse_ipv4(ctx, packet, data + (packet->network & NETWORK_MASK), end);
	if (type == bpf_htons(ETH_P_IPV6))
		return parse_ipv6(ctx, packet, data + (packet->network & NETWORK_MASK), end);
	return VERDICT_PASS_ETHERTYPE;
}

stage parse_packet(struct context *ctx, struct packet *packet)
{
	enum verdict v = parse_frame(ctx, packet);

	if (v)
		return v;
	forget(packet->tags);
	forget(packet->transport);
	forget(packet->protocol);
	forget(packet->length);
	forget(packet->bytes);
	forget(packet->unreadable);
	return VERDICT_GO_ON;
}

/* Again, from their offsets. */
stage point_at_headers(struct context *ctx, struct packet *packet)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	void *network = data + (packet->network & NETWORK_MASK);
	void *transport = data + (packet->transport & TRANSPORT_MASK);
	_Bool is4 = packet->family == AF_INET;

	if (data + sizeof(struct ethhdr) > end ||
	    network + (is4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) > end)
		return VERDICT_PASS_TRUNCATED;
	packet->ethernet = data;
	packet->ipv4 = is4 ? network : 0;
	packet->ipv6 = is4 ? 0 : network;
	if (!packet->transport)
		return VERDICT_GO_ON;
	if (packet->protocol == IPPROTO_TCP && !is_error(packet)) {
		if (transport + sizeof(struct tcphdr) > end)
			return VERDICT_PASS_TRUNCATED;
		packet->tcp = transport;
	} else {
		if (transport + sizeof(struct udphdr) > end)
			return VERDICT_PASS_TRUNCATED;
		packet->udp = transport;
	}
	return VERDICT_GO_ON;
}
