/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * ICMP errors that this host sends about a packet of a flow that an option began, like "port unreachable":
 * they come from the service, and what they quote is made what the client sent (RFC 5508).
 */
#pragma once
#include "decap_reply.h"

#define ICMP_CHECKSUM 2
#define ICMP_HEADER   8

struct quote {
	__u32 network;
	__u32 transport;
	__u32 destination; /* where the field of the header is */
	struct decap_address server;
	struct decap_flow_key key;
};

/* IPv4: unreachable, time exceeded, parameter problem. IPv6: those and packet too big. */
static __always_inline _Bool is_error(const struct leaving *packet, __u8 type)
{
	if (packet->ipv6)
		return type >= 1 && type <= 4;
	return type == 3 || type == 11 || type == 12;
}

decap_stage read_quote4(struct __sk_buff *skb, struct quote *quote)
{
	struct decap_address client;
	struct iphdr ip;

	if (bpf_skb_load_bytes(skb, quote->network, &ip, sizeof(ip)) || ip.version != 4 ||
	    ip.frag_off & bpf_htons(IPV4_POSITION))
		return DECAP_REPLY_PLAIN;
	client = mapped_ipv4(ip.saddr);
	quote->server = mapped_ipv4(ip.daddr);
	put_address(quote->key.client, &client);
	quote->key.protocol = ip.protocol;
	quote->transport = quote->network + ip.ihl * 4;
	quote->destination = quote->network + __builtin_offsetof(struct iphdr, daddr);
	return DECAP_GO_ON;
}

decap_stage read_quote6(struct __sk_buff *skb, struct quote *quote)
{
	struct ipv6hdr ip;

	if (bpf_skb_load_bytes(skb, quote->network, &ip, sizeof(ip)) || ip.version != 6)
		return DECAP_REPLY_PLAIN;
	__builtin_memcpy(quote->key.client, &ip.saddr, sizeof(quote->key.client));
	quote->server = address_of_ipv6(&ip.daddr);
	quote->key.protocol = ip.nexthdr;
	quote->transport = quote->network + sizeof(ip);
	quote->destination = quote->network + __builtin_offsetof(struct ipv6hdr, daddr);
	return DECAP_GO_ON;
}

decap_stage read_quote(struct __sk_buff *skb, const struct leaving *packet, struct quote *quote)
{
	enum decap_verdict v;
	__be16 ports[2];

	quote->network = packet->transport + ICMP_HEADER;
	v = packet->ipv6 ? read_quote6(skb, quote) : read_quote4(skb, quote);
	if (v)
		return v;
	if (quote->key.protocol != IPPROTO_TCP && quote->key.protocol != IPPROTO_UDP)
		return DECAP_REPLY_PLAIN;
	if (bpf_skb_load_bytes(skb, quote->transport, ports, sizeof(ports)))
		return DECAP_REPLY_PLAIN;
	put_address(quote->key.server, &quote->server);
	quote->key.client_port = ports[0];
	quote->key.server_port = ports[1];
	return DECAP_GO_ON;
}

/* The quoted port, and the quoted checksum if there is one. `change`: what that adds to the sum of the error.
 */
static __always_inline _Bool rename_quoted_transport(struct __sk_buff *skb, const struct quote *quote,
						     const struct decap_flow *flow, __u32 address,
						     __u64 *change)
{
	_Bool udp = quote->key.protocol == IPPROTO_UDP;
	__u32 at = quote->transport + (udp ? UDP_CHECKSUM : TCP_CHECKSUM);
	__u16 checksum, updated;

	*change = change16(quote->key.server_port, flow->vip_port);
	if (!store(skb, quote->transport + sizeof(__be16), &flow->vip_port, sizeof(flow->vip_port)))
		return 0;
	if (bpf_skb_load_bytes(skb, at, &checksum, sizeof(checksum)) || (udp && !checksum))
		return 1;
	updated = update_checksum(checksum, *change + address);
	if (udp && !updated)
		updated = 0xffff;
	*change += change16(checksum, updated);
	return store(skb, at, &updated, sizeof(updated));
}

/* The quoted header's own checksum makes up for its address in IPv4; in IPv6 there is none. */
static __always_inline _Bool rename_quote(struct __sk_buff *skb, const struct leaving *packet,
					  const struct quote *quote, const struct decap_flow *flow)
{
	__u32 checksum = packet->transport + ICMP_CHECKSUM;
	__s64 address = difference(&quote->server, flow->vip);
	__u64 transport;

	if (!rename_quoted_transport(skb, quote, flow, address, &transport) ||
	    bpf_l4_csum_replace(skb, checksum, 0, fold(transport), 0))
		return 0;
	if (!packet->ipv6)
		return rename_ipv4(skb, quote->network, __builtin_offsetof(struct iphdr, daddr), flow->vip,
				   address);
	return !bpf_l4_csum_replace(skb, checksum, 0, address, 0) &&
	       rename_ipv6(skb, quote->network, __builtin_offsetof(struct ipv6hdr, daddr), flow->vip);
}

decap_stage translate_error(struct __sk_buff *skb, const struct leaving *packet)
{
	struct decap_flow *known;
	struct decap_flow flow;
	struct quote quote = {};
	enum decap_verdict v;
	__u8 type;

	if (bpf_skb_load_bytes(skb, packet->transport, &type, sizeof(type)) || !is_error(packet, type))
		return DECAP_REPLY_PLAIN;
	v = read_quote(skb, packet, &quote);
	if (v)
		return v;
	v = find_flow(&quote.key, seconds_now(), &flow, &known);
	if (v)
		return v;
	if (!rename_quote(skb, packet, &quote, &flow) || !rename_source(skb, packet, flow.vip))
		return DECAP_DROP_NO_ROOM;
	if (packet->ipv6 && bpf_l4_csum_replace(skb, packet->transport + ICMP_CHECKSUM, 0,
						difference(&packet->source, flow.vip), BPF_F_PSEUDO_HDR))
		return DECAP_DROP_NO_ROOM;
	return DECAP_REPLY_ERROR_TRANSLATED;
}
