/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A packet that leaves a backend, as far as it is known. Its headers are copied: they may lie in pieces. */
#pragma once
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include "decap_flow.h"
#include "decap_packet.h"

#define NETWORK ETH_HLEN

struct leaving {
	struct decap_address source;
	struct decap_address destination;
	__u32 transport; /* where it begins */
	__be32 id;       /* of a fragment's packet */
	__u8 protocol;
	__u8 flags; /* of TCP, else 0 */
	_Bool ipv6;
	_Bool first_of_many; /* fragments */
	_Bool later;         /* fragment, without ports */
	__be16 source_port;
	__be16 destination_port;
};

struct extension_fragment {
	__u8 next;
	__u8 reserved;
	__be16 offset;
	__be32 id;
};

#define IPV4_MORE     0x2000
#define IPV4_POSITION 0x1fff
#define IPV6_MORE     0x0001
#define IPV6_POSITION 0xfff8

decap_stage read_leaving4(struct __sk_buff *skb, struct leaving *packet)
{
	struct iphdr ip;

	if (bpf_skb_load_bytes(skb, NETWORK, &ip, sizeof(ip)) || ip.version != 4)
		return DECAP_REPLY_PLAIN;
	packet->source = mapped_ipv4(ip.saddr);
	packet->destination = mapped_ipv4(ip.daddr);
	packet->protocol = ip.protocol;
	packet->transport = NETWORK + ip.ihl * 4;
	packet->id = ip.id;
	packet->later = ip.frag_off & bpf_htons(IPV4_POSITION);
	packet->first_of_many = !packet->later && ip.frag_off & bpf_htons(IPV4_MORE);
	return DECAP_GO_ON;
}

decap_stage read_leaving6(struct __sk_buff *skb, struct leaving *packet)
{
	struct extension_fragment fragment;
	struct ipv6hdr ip;

	if (bpf_skb_load_bytes(skb, NETWORK, &ip, sizeof(ip)) || ip.version != 6)
		return DECAP_REPLY_PLAIN;
	packet->ipv6 = 1;
	packet->source = address_of_ipv6(&ip.saddr);
	packet->destination = address_of_ipv6(&ip.daddr);
	packet->protocol = ip.nexthdr;
	packet->transport = NETWORK + sizeof(ip);
	if (ip.nexthdr != IPPROTO_FRAGMENT)
		return DECAP_GO_ON;
	if (bpf_skb_load_bytes(skb, packet->transport, &fragment, sizeof(fragment)))
		return DECAP_REPLY_PLAIN;
	packet->transport += sizeof(fragment);
	packet->protocol = fragment.next;
	packet->id = fragment.id;
	packet->later = fragment.offset & bpf_htons(IPV6_POSITION);
	packet->first_of_many = !packet->later && fragment.offset & bpf_htons(IPV6_MORE);
	return DECAP_GO_ON;
}

/* As far as the checksum: what cannot be renamed whole is not begun. */
decap_stage read_leaving_ports(struct __sk_buff *skb, struct leaving *packet)
{
	struct transport_tcp tcp = {};
	__u32 length = packet->protocol == IPPROTO_TCP ? sizeof(tcp) : sizeof(struct transport_udp);

	if (bpf_skb_load_bytes(skb, packet->transport, &tcp, length))
		return DECAP_REPLY_PLAIN;
	packet->source_port = tcp.ports.source_port;
	packet->destination_port = tcp.ports.destination_port;
	if (packet->protocol == IPPROTO_TCP)
		packet->flags = tcp.flags;
	return DECAP_GO_ON;
}

decap_stage read_leaving(struct __sk_buff *skb, struct leaving *packet)
{
	enum decap_verdict v;

	if (skb->protocol == bpf_htons(ETH_P_IP))
		v = read_leaving4(skb, packet);
	else if (skb->protocol == bpf_htons(ETH_P_IPV6))
		v = read_leaving6(skb, packet);
	else
		return DECAP_REPLY_PLAIN;
	if (v || packet->later)
		return v;
	if (packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP)
		return read_leaving_ports(skb, packet);
	if (packet->protocol == (packet->ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return DECAP_GO_ON;
	return DECAP_REPLY_PLAIN;
}
