/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Takes bytes out behind the headers that stay: XDP moves those, tc asks the kernel, which keeps its own
 * books about a packet. */
#pragma once
#include "decap_packet.h"

#define KEPT_WORDS ((ETH_HLEN + VLAN_TAG + sizeof(struct ipv6hdr) + 7) / 8)

/* Drivers put the IP header, not the frame, on a word. */
#define FRAME(data) __builtin_assume_aligned(data, 2)

/* kept: a constant, so that the copies are inline. */
decap_stage move_headers(struct xdp_md *ctx, const struct arrival *packet, const __u32 kept)
{
	__be16 *ethertype;
	__u64 headers[KEPT_WORDS];
	void *data = (void *)(long)ctx->data;

	if (data + kept > (void *)(long)ctx->data_end)
		return DECAP_PASS_TRUNCATED;
	__builtin_memcpy(headers, FRAME(data), kept);
	if (bpf_xdp_adjust_head(ctx, packet->cut))
		return DECAP_DROP_NO_ROOM;
	data = (void *)(long)ctx->data;
	if (data + kept > (void *)(long)ctx->data_end)
		return DECAP_DROP_NO_ROOM;
	__builtin_memcpy(FRAME(data), headers, kept);
	if (packet->network_kept)
		return packet->outcome;
	ethertype = data + kept - sizeof(*ethertype);
	*ethertype = packet->inner_ethertype;
	return packet->outcome;
}

decap_stage cut_xdp(struct xdp_md *ctx, const struct arrival *packet)
{
	if (packet->network_kept == sizeof(struct iphdr))
		return packet->tagged ? move_headers(ctx, packet, ETH_HLEN + VLAN_TAG + sizeof(struct iphdr))
				      : move_headers(ctx, packet, ETH_HLEN + sizeof(struct iphdr));
	if (packet->network_kept)
		return packet->tagged
			       ? move_headers(ctx, packet, ETH_HLEN + VLAN_TAG + sizeof(struct ipv6hdr))
			       : move_headers(ctx, packet, ETH_HLEN + sizeof(struct ipv6hdr));
	return packet->tagged ? move_headers(ctx, packet, ETH_HLEN + VLAN_TAG)
			      : move_headers(ctx, packet, ETH_HLEN);
}

/* What a change of family adds to a packet, or takes off it: the kernel makes room for the other header. */
#define FAMILY_DIFFERENCE ((int)(sizeof(struct ipv6hdr) - sizeof(struct iphdr)))

decap_stage cut_tc(struct __sk_buff *skb, const struct arrival *packet)
{
	int cut = packet->cut;

	/* Where the card has summed the packet up (CHECKSUM_COMPLETE); else refused, and not needed. */
	if (packet->changed)
		bpf_csum_update(skb, (__wsum)fold(packet->changed));
	if (packet->network_kept) {
		if (bpf_skb_adjust_room(skb, -cut, BPF_ADJ_ROOM_NET, BPF_F_ADJ_ROOM_FIXED_GSO))
			return DECAP_DROP_NO_ROOM;
		return packet->outcome;
	}
	if (packet->inner_ethertype != packet->ethertype) {
		if (bpf_skb_change_proto(skb, packet->inner_ethertype, 0))
			return DECAP_DROP_NO_ROOM;
		cut += packet->inner_ethertype == bpf_htons(ETH_P_IP) ? -FAMILY_DIFFERENCE
								      : FAMILY_DIFFERENCE;
		if (bpf_skb_store_bytes(skb, ETH_HLEN - 2, &packet->inner_ethertype, 2, 0))
			return DECAP_DROP_NO_ROOM;
	}
	if (bpf_skb_adjust_room(skb, -cut, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO))
		return DECAP_DROP_NO_ROOM;
	return packet->outcome;
}
