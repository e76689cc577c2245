/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* IP in IP (RFC 2003, RFC 2473, RFC 4213): who may send it, what is inside, and what congestion outside means
 * inside. */
#pragma once
#include "decap_packet.h"

#define IPV4_FRAGMENT 0x3fff /* more fragments, offset */

enum ecn { ECN_NOT, ECN_ECT1, ECN_ECT0, ECN_CE };

static __always_inline _Bool is_ipip(__u8 protocol)
{
	return protocol == IPPROTO_IPIP || protocol == IPPROTO_IPV6;
}

/* What Linux puts between the headers of an IPv6 tunnel by default: one option, and padding. */
struct tunnel_limit {
	__u8 next;
	__u8 length;
	__u8 option;
	__u8 option_length;
	__u32 value_and_padding;
};

#define OPTION_TUNNEL_LIMIT 4

/* A header that carries IPIP behind the tunnel encapsulation limit is taken off with it. */
static __always_inline void skip_tunnel_limit(struct arrival *packet)
{
	struct tunnel_limit *limit = packet->ip + sizeof(struct ipv6hdr);

	if (packet->ethertype != bpf_htons(ETH_P_IPV6) || packet->protocol != IPPROTO_DSTOPTS ||
	    (void *)(limit + 1) > packet->end || packet->payload < sizeof(*limit))
		return;
	if (limit->length || limit->option != OPTION_TUNNEL_LIMIT || limit->option_length != 1 ||
	    !is_ipip(limit->next))
		return;
	packet->protocol = limit->next;
	packet->header += sizeof(*limit);
	packet->payload -= sizeof(*limit);
}

/* The stack puts fragments together; what it makes of them comes by no device, so it is not taken apart. */
decap_stage check_outer(const struct arrival *packet)
{
	const struct iphdr *ip = packet->ip;

	if (packet->ethertype == bpf_htons(ETH_P_IP)) {
		if ((void *)(ip + 1) > packet->end || ip->frag_off & bpf_htons(IPV4_FRAGMENT))
			return DECAP_PASS_FRAGMENT;
		if (packet->header != sizeof(*ip))
			return DECAP_PASS_OUTER_OPTIONS;
	}
	if (!is_own(&packet->destination))
		return DECAP_PASS_NOT_OWN;
	if (!is_within(&decap_sources, &packet->source))
		return DECAP_PASS_STRANGER;
	return DECAP_GO_ON;
}

/* RFC 6040, figure 4: what is inside, and what it becomes. Congestion that nobody inside would hear of is
 * told by a loss. */
decap_stage join_ecn(__u8 outer, __u8 inner, __u8 *joined)
{
	*joined = inner;
	if (outer == ECN_CE) {
		if (inner == ECN_NOT)
			return DECAP_DROP_ECN;
		*joined = ECN_CE;
	} else if (outer == ECN_ECT1 && inner == ECN_ECT0) {
		*joined = ECN_ECT1;
	}
	return DECAP_GO_ON;
}

decap_stage open_inner4(struct arrival *packet, struct iphdr *ip)
{
	struct decap_address destination;
	enum decap_verdict v;
	__u8 ecn;
	__u32 total;

	if ((void *)(ip + 1) > packet->end || packet->payload < sizeof(*ip))
		return DECAP_DROP_INNER;
	total = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || ip->ihl * 4 < sizeof(*ip) || total < ip->ihl * 4 || total > packet->payload)
		return DECAP_DROP_INNER;
	destination = mapped_ipv4(ip->daddr);
	if (!is_within(&decap_vips, &destination))
		return DECAP_DROP_NOT_VIP;
	v = join_ecn(packet->ecn, ip->tos & 3, &ecn);
	if (v)
		return v;
	if (ecn != (ip->tos & 3)) {
		/* The header's own checksum makes up for it in the frame's sum. */
		ip->check = update_checksum(ip->check, change16(bpf_htons(ip->tos & 3), bpf_htons(ecn)));
		ip->tos = (ip->tos & ~3) | ecn;
	}
	packet->inner_ethertype = bpf_htons(ETH_P_IP);
	return DECAP_GO_ON;
}

decap_stage open_inner6(struct arrival *packet, struct ipv6hdr *ip)
{
	struct decap_address destination;
	enum decap_verdict v;
	__u8 ecn, before;

	if ((void *)(ip + 1) > packet->end || packet->payload < sizeof(*ip))
		return DECAP_DROP_INNER;
	if (ip->version != 6 || bpf_ntohs(ip->payload_len) > packet->payload - sizeof(*ip))
		return DECAP_DROP_INNER;
	destination = address_of_ipv6(&ip->daddr);
	if (!is_within(&decap_vips, &destination))
		return DECAP_DROP_NOT_VIP;
	before = ip->flow_lbl[0] >> 4 & 3;
	v = join_ecn(packet->ecn, before, &ecn);
	if (v)
		return v;
	if (ecn != before) {
		packet->changed += change16(bpf_htons(before << 4), bpf_htons(ecn << 4));
		ip->flow_lbl[0] = (ip->flow_lbl[0] & ~0x30) | ecn << 4;
	}
	packet->inner_ethertype = bpf_htons(ETH_P_IPV6);
	return DECAP_GO_ON;
}

static __always_inline enum decap_verdict decapsulated(__be16 outer, __be16 inner)
{
	if (outer == bpf_htons(ETH_P_IP))
		return inner == outer ? DECAP_DECAPSULATED_4IN4 : DECAP_DECAPSULATED_6IN4;
	return inner == outer ? DECAP_DECAPSULATED_6IN6 : DECAP_DECAPSULATED_4IN6;
}

decap_stage open_ipip(struct arrival *packet)
{
	void *inner = packet->ip + sizeof(struct iphdr);
	enum decap_verdict v;

	v = check_outer(packet);
	if (v)
		return v;
	if (packet->header == sizeof(struct ipv6hdr))
		inner = packet->ip + sizeof(struct ipv6hdr);
	else if (packet->header != sizeof(struct iphdr))
		inner = packet->ip + sizeof(struct ipv6hdr) + sizeof(struct tunnel_limit);
	if (packet->protocol == IPPROTO_IPIP)
		v = open_inner4(packet, inner);
	else
		v = open_inner6(packet, inner);
	if (v)
		return v;
	packet->cut = packet->header;
	packet->outcome = decapsulated(packet->ethertype, packet->inner_ethertype);
	return DECAP_GO_ON;
}
