/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A packet that arrives at a backend, as far as it is known, and what is to be taken off it. */
#pragma once
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include "checksum.h"
#include "decap_address.h"

/* Fills one thing, and returns 0 to go on or the packet's verdict. */
#define decap_stage static __always_inline __attribute__((warn_unused_result)) enum decap_verdict

#define VLAN_TAG 4

/*
 * `end` bounds what can be read, `room` is how much there is from the IP header on, which of a packet in
 * pieces is more. What is cut off stands behind the link header, or with an option, behind the first
 * `network_kept` bytes of the IP header. `changed`: what the bytes that were rewritten add to the frame's
 * sum.
 */
struct arrival {
	void *ip;
	void *end;
	__u32 room;
	__u32 bytes;     /* of the frame */
	_Bool sees_tags; /* those that come inside the frame */
	_Bool tagged;
	__be16 ethertype;
	__u8 protocol; /* of what the IP header carries */
	__u8 ecn;      /* of the outer header */
	__u32 header;  /* length of the IP header */
	__u32 payload; /* length of what it carries */
	struct decap_address source;
	struct decap_address destination;
	__u32 cut;
	__u32 network_kept;
	__be16 inner_ethertype;
	__u64 changed;
	enum decap_verdict outcome;
};

struct transport {
	__be16 source_port;
	__be16 destination_port;
};

struct transport_tcp {
	struct transport ports;
	__be32 sequence[2];
	__u8 offset;
	__u8 flags;
	__be16 window;
	__u16 checksum;
	__be16 urgent;
};

struct transport_udp {
	struct transport ports;
	__be16 length;
	__u16 checksum;
};

_Static_assert(sizeof(struct transport_tcp) == 20 && sizeof(struct transport_udp) == 8, "as on the wire");

struct vlan_tag {
	__be16 control;
	__be16 ethertype;
};

/* XDP sees a VLAN tag inside the frame and keeps one; the kernel has put it beside before tc sees the frame.
 */
decap_stage read_link(struct arrival *packet, void *data, void *end)
{
	struct ethhdr *ethernet = data;
	struct vlan_tag *tag = (void *)(ethernet + 1);

	if ((void *)(ethernet + 1) > end)
		return DECAP_PASS_TRUNCATED;
	packet->end = end;
	packet->ethertype = ethernet->h_proto;
	packet->ip = ethernet + 1;
	packet->room = packet->bytes - ETH_HLEN;
	if (!packet->sees_tags ||
	    (packet->ethertype != bpf_htons(ETH_P_8021Q) && packet->ethertype != bpf_htons(ETH_P_8021AD)))
		return DECAP_GO_ON;
	if ((void *)(tag + 1) > end)
		return DECAP_PASS_TRUNCATED;
	packet->tagged = 1;
	packet->ethertype = tag->ethertype;
	packet->ip = tag + 1;
	packet->room -= VLAN_TAG;
	return DECAP_GO_ON;
}

decap_stage read_ipv4(struct arrival *packet)
{
	struct iphdr *ip = packet->ip;
	__u32 total;

	if ((void *)(ip + 1) > packet->end)
		return DECAP_PASS_TRUNCATED;
	total = bpf_ntohs(ip->tot_len);
	packet->header = ip->ihl * 4;
	if (ip->version != 4 || packet->header < sizeof(*ip) || total < packet->header ||
	    total > packet->room)
		return DECAP_PASS_TRUNCATED;
	packet->payload = total - packet->header;
	packet->protocol = ip->protocol;
	packet->ecn = ip->tos & 3;
	packet->source = mapped_ipv4(ip->saddr);
	packet->destination = mapped_ipv4(ip->daddr);
	return DECAP_GO_ON;
}

decap_stage read_ipv6(struct arrival *packet)
{
	struct ipv6hdr *ip = packet->ip;

	if ((void *)(ip + 1) > packet->end)
		return DECAP_PASS_TRUNCATED;
	packet->header = sizeof(*ip);
	packet->payload = bpf_ntohs(ip->payload_len);
	if (ip->version != 6 || packet->payload > packet->room - sizeof(*ip))
		return DECAP_PASS_TRUNCATED;
	packet->protocol = ip->nexthdr;
	packet->ecn = ip->flow_lbl[0] >> 4 & 3;
	packet->source = address_of_ipv6(&ip->saddr);
	packet->destination = address_of_ipv6(&ip->daddr);
	return DECAP_GO_ON;
}

decap_stage read_arrival(struct arrival *packet, void *data, void *end)
{
	enum decap_verdict v = read_link(packet, data, end);

	if (v)
		return v;
	if (packet->ethertype == bpf_htons(ETH_P_IP))
		return read_ipv4(packet);
	if (packet->ethertype == bpf_htons(ETH_P_IPV6))
		return read_ipv6(packet);
	return DECAP_PASS_ETHERTYPE;
}
