/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Puts a service's address and port into packets that leave, by helpers that know of checksums which the card
 * is still to compute. */
#pragma once
#include "decap_leaving.h"

#define UDP_CHECKSUM __builtin_offsetof(struct transport_udp, checksum)
#define TCP_CHECKSUM __builtin_offsetof(struct transport_tcp, checksum)

static __always_inline _Bool is_mapped(const __be32 words[4])
{
	return !words[0] && !words[1] && words[2] == IPV4_MAPPED;
}

static __always_inline _Bool store(struct __sk_buff *skb, __u32 offset, const void *bytes, __u32 length)
{
	return !bpf_skb_store_bytes(skb, offset, bytes, length, 0);
}

/* An address of an IP header: both families' have the same difference in sum as in their mapped form. */
static __always_inline _Bool rename_ipv4(struct __sk_buff *skb, __u32 header, __u32 field, const __be32 to[4],
					 __s64 difference)
{
	return store(skb, header + field, &to[3], sizeof(to[3])) &&
	       !bpf_l3_csum_replace(skb, header + __builtin_offsetof(struct iphdr, check), 0, difference, 0);
}

static __always_inline _Bool rename_ipv6(struct __sk_buff *skb, __u32 header, __u32 field, const __be32 to[4])
{
	return store(skb, header + field, to, 16);
}

static __always_inline __s64 difference(const struct decap_address *from, const __be32 to[4])
{
	return bpf_csum_diff((__be32 *)from->words, 16, (__be32 *)to, 16, 0);
}

/* The source address of the packet, without its transport's checksum. */
static __always_inline _Bool rename_source(struct __sk_buff *skb, const struct leaving *packet,
					   const __be32 vip[4])
{
	if (packet->ipv6)
		return rename_ipv6(skb, NETWORK, __builtin_offsetof(struct ipv6hdr, saddr), vip);
	return rename_ipv4(skb, NETWORK, __builtin_offsetof(struct iphdr, saddr), vip,
			   difference(&packet->source, vip));
}

/* Of UDP, a checksum of 0 means that there is none, and stays. */
static __always_inline _Bool rename_port(struct __sk_buff *skb, const struct leaving *packet,
					 const struct decap_flow *flow)
{
	_Bool udp = packet->protocol == IPPROTO_UDP;
	__u32 checksum = packet->transport + (udp ? UDP_CHECKSUM : TCP_CHECKSUM);
	__u64 mangled = udp ? BPF_F_MARK_MANGLED_0 : 0;

	return !bpf_l4_csum_replace(skb, checksum, 0, difference(&packet->source, flow->vip),
				    BPF_F_PSEUDO_HDR | mangled) &&
	       !bpf_l4_csum_replace(skb, checksum, packet->source_port, flow->vip_port,
				    sizeof(flow->vip_port) | mangled) &&
	       store(skb, packet->transport, &flow->vip_port, sizeof(flow->vip_port));
}
