/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The story at tc, on the way in: see hook.h. What is read and written in place is the same. Checksums of
 * TCP and UDP are the kernel's to change, as it knows whether one is still to be computed (CHECKSUM_PARTIAL);
 * where the card has summed the whole packet up (CHECKSUM_COMPLETE), it is told what else changes.
 */
#pragma once
#include "../include/maps/layers.h"
#include <linux/if_packet.h>
#include "checksum.h"
#include "lifted_tags.h"
#include "packet.h"
#include "scratch.h"
#include "vlan.h"

#define context __sk_buff

/* A field of the context, read where this stands: the verifier refuses one whose place has been computed
 * before. */
#define field_of(ctx, field)                                                                                 \
	({                                                                                                   \
		__u64 value;                                                                                 \
		asm volatile("%0 = *(u32 *)(%1 + %2)"                                                        \
			     : "=r"(value)                                                                   \
			     : "r"(ctx), "i"(__builtin_offsetof(struct context, field)));                    \
		(__u32) value;                                                                               \
	})

/* As much as is read of what lies in pieces: an ICMP error with options outside and in what it quotes. */
#define READABLE 192

static __always_inline void pull_headers(struct context *ctx)
{
	__u32 linear = (void *)(long)ctx->data_end - (void *)(long)ctx->data;

	__u32 whole = field_of(ctx, len);

	if (linear < READABLE && linear < whole)
		bpf_skb_pull_data(ctx, whole < READABLE ? whole : READABLE);
}

static __always_inline __u32 device_of(const struct context *ctx)
{
	return field_of(ctx, ifindex);
}

/* The tag that is beside the packet. */
static __always_inline struct layer_tag arrival_tag(const struct context *ctx)
{
	if (!field_of(ctx, vlan_present))
		return (struct layer_tag){};
	return (struct layer_tag){field_of(ctx, vlan_proto),
				  bpf_htons(field_of(ctx, vlan_tci)) & bpf_htons(VLAN_ID)};
}

static __always_inline long bytes_from(const struct context *ctx, const void *place, const void *end)
{
	long before = place - (void *)(long)ctx->data;

	(void)end;
	forget(before);
	return field_of(ctx, len) - before;
}

/* Of a packet that stands for many (GSO), all that the first header is put before. */
static __always_inline __u32 whole_length(const struct context *ctx, const struct packet *packet)
{
	__u32 length = field_of(ctx, gso_size) ? field_of(ctx, len) - packet->network : packet->length;

	return length < 0xffff ? length : 0; /* the kernel writes it when it cuts the packet up */
}

static __always_inline __u32 frames_of(const struct packet *packet)
{
	return 1 + packet->more_frames;
}

/* Lengths as they will be on the wire, where the packet stands for many. */
static __always_inline void measure(const struct context *ctx, struct packet *packet)
{
	__u32 size = field_of(ctx, gso_size);
	__u32 headers = packet->transport - packet->network;
	__u32 whole = field_of(ctx, len) - packet->network;

	if (likely(!size) || !packet->transport)
		return;
	headers += packet->tcp ? packet->tcp->doff * 4 : sizeof(struct udphdr);
	if (whole <= headers + size)
		return;
	packet->length = headers + size;
	packet->more_frames = (whole - headers - 1) / size;
	packet->bytes += packet->more_frames * (packet->network + headers);
}

/* By how much the sum of the IP packet has changed, its checksums included. Refused where nobody keeps it. */
static __always_inline void note_change(struct context *ctx, __u64 change)
{
	bpf_csum_update(ctx, fold(change));
}

/* What writes through the kernel takes the pointers away. */
stage point_again(struct context *ctx, struct packet *packet)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	void *network = data + (packet->network & NETWORK_MASK);
	_Bool is4 = packet->family == AF_INET;

	packet->tcp = 0;
	packet->udp = 0;
	if (data + sizeof(struct ethhdr) > end ||
	    network + (is4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) > end)
		return VERDICT_DROP_NO_HEADROOM;
	packet->ethernet = data;
	packet->ipv4 = is4 ? network : 0;
	packet->ipv6 = is4 ? 0 : network;
	return VERDICT_GO_ON;
}

#define TCP_CHECKSUM __builtin_offsetof(struct tcphdr, check)
#define UDP_CHECKSUM __builtin_offsetof(struct udphdr, check)

/* addresses, ports: what changes. The kernel takes the addresses' change off its sum of the packet, as IPv4's
 * header checksum makes up for them; IPv6 has none. */
static __always_inline _Bool replace_sum(struct context *ctx, const struct packet *packet, __u32 offset,
					 __u64 flags, __u16 addresses, __u16 ports)
{
	if (bpf_l4_csum_replace(ctx, offset, 0, addresses, BPF_F_PSEUDO_HDR | flags) ||
	    bpf_l4_csum_replace(ctx, offset, 0, ports, flags))
		return 0;
	if (packet->family == AF_INET6)
		note_change(ctx, addresses);
	return 1;
}

/*
 * change: of the addresses, which have been written. A checksum of 0 in UDP means that the sender computed
 * none, so it stays 0 and a result of 0 is sent as 0xffff.
 */
stage rewrite_ports(struct context *ctx, struct packet *packet, __be16 source, __be16 destination,
		    __u64 change)
{
	__u64 ports, uncovered = packet->ipv6 ? change : 0;
	__u16 addresses = fold(change);
	struct tcphdr *tcp = packet->tcp;
	struct udphdr *udp = packet->udp;
	_Bool covered = tcp || (udp && udp->check);
	__u64 flags = tcp ? 0 : BPF_F_MARK_MANGLED_0;
	__u32 offset = packet->transport + (tcp ? TCP_CHECKSUM : UDP_CHECKSUM);

	if (tcp) {
		ports = change16(tcp->source, source) + change16(tcp->dest, destination);
		tcp->source = source;
		tcp->dest = destination;
	} else if (udp) {
		ports = change16(udp->source, source) + change16(udp->dest, destination);
		udp->source = source;
		udp->dest = destination;
	} else {
		ports = 0;
	}
	if (!covered) {
		note_change(ctx, uncovered + ports);
		return VERDICT_GO_ON;
	}
	if (!replace_sum(ctx, packet, offset, flags, addresses, fold(ports)))
		return VERDICT_DROP_NO_HEADROOM;
	return point_again(ctx, packet);
}

static __always_inline __u64 room_flags(_Bool is4)
{
	return BPF_F_ADJ_ROOM_FIXED_GSO | (is4 ? BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 : BPF_F_ADJ_ROOM_ENCAP_L3_IPV6);
}

/* What any frame has once the smallest header is before it: more is never written. */
#define FRONT_BYTES (sizeof(struct ethhdr) + sizeof(struct ipv6hdr))

/*
 * Room for a header of that family before the IP packet; leaves its place, or NULL, and packet->ethernet at
 * the new front: the other pointers are used up. The kernel notes that the packet is a tunnel's, so that what
 * stands for many is cut up right.
 */
static __always_inline void *open_front(struct context *ctx, struct packet *packet, _Bool is4,
					_Bool to_kernel)
{
	__u32 length = is4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	struct ethhdr *front;

	(void)to_kernel; /* MACs move with the frame's front */
	if (!lift_tags(ctx, packet->tags) ||
	    bpf_skb_adjust_room(ctx, length, BPF_ADJ_ROOM_MAC, room_flags(is4)))
		return 0;
	front = (void *)(long)ctx->data;
	keep(front);
	if ((void *)front + FRONT_BYTES > (void *)(long)ctx->data_end)
		return 0;
	packet->ethernet = front;
	front->h_proto = bpf_htons(is4 ? ETH_P_IP : ETH_P_IPV6);
	return front + 1;
}

/* Room behind the fixed IP header; leaves that header's place, not checked against the end, or NULL. */
static __always_inline void *open_gap(struct context *ctx, __u32 network, __u32 header, __u32 length)
{
	(void)header;
	if (!lift_tags(ctx, (network - sizeof(struct ethhdr)) / sizeof(struct vlan_tag)) ||
	    bpf_skb_adjust_room(ctx, length, BPF_ADJ_ROOM_NET, BPF_F_ADJ_ROOM_FIXED_GSO))
		return 0;
	return (void *)(long)ctx->data + sizeof(struct ethhdr);
}

/* What was to be written has been written. */
static __always_inline _Bool close_front(struct context *ctx)
{
	return put_tags_back(ctx);
}

/* An answer is written here, and then put into the packet. */
#define ANSWER_BYTES 1280

struct turned {
	__u8 bytes[ANSWER_BYTES];
};

SCRATCH(this_turned, struct turned)

/*
 * What becomes a frame that goes back: exactly `rest` bytes from the IP header on, of which all behind
 * `headers` are the packet's first. Leaves where the IP header goes, or NULL.
 */
static __always_inline void *turn_round(struct context *ctx, const struct turning *frame, const __u32 headers,
					const __u32 rest)
{
	struct turned *turned = this_turned();

	_Static_assert(ANSWER_BYTES == 1280, "IPv6's least MTU, which no answer is longer than");
	if (!turned ||
	    bpf_skb_load_bytes(ctx, frame->network & NETWORK_MASK, turned->bytes + headers, rest - headers))
		return 0;
	return turned->bytes;
}

/* More than what is before TCP and UDP, where they may have a checksum to be computed; less than an answer.
 */
#define FORGET4 76
#define FORGET6 1200

/*
 * Takes bytes off the front and puts as many on again: the place of a checksum that is still to be computed
 * was among them, so the kernel has forgotten it.
 */
static __always_inline _Bool forget_checksum(struct context *ctx, int bytes)
{
	return !bpf_skb_adjust_room(ctx, -bytes, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO) &&
	       !bpf_skb_adjust_room(ctx, bytes, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO);
}

static __always_inline _Bool swap_macs(struct context *ctx)
{
	__u8 macs[3 * ETH_ALEN];

	if (bpf_skb_load_bytes(ctx, 0, macs, 2 * ETH_ALEN))
		return 0;
	__builtin_memcpy(macs + 2 * ETH_ALEN, macs, ETH_ALEN);
	return !bpf_skb_store_bytes(ctx, 0, macs + ETH_ALEN, 2 * ETH_ALEN, 0);
}

/* The answer has been written. What is cut has no sum of the card's any more. */
static __always_inline _Bool send_back(struct context *ctx, const struct turning *frame, const void *answer,
				       const __u32 bytes)
{
	if (!lift_tags(ctx, frame->tags) || bpf_skb_change_tail(ctx, sizeof(struct ethhdr) + bytes, 0) ||
	    !forget_checksum(ctx, frame->family == AF_INET ? FORGET4 : FORGET6) || !swap_macs(ctx) ||
	    bpf_skb_store_bytes(ctx, sizeof(struct ethhdr), answer, bytes, 0))
		return 0;
	return put_tags_back(ctx);
}

static __always_inline _Bool write_macs(struct context *ctx, const struct packet *packet,
					const __u8 *destination, const __u8 *source)
{
	struct ethhdr *ethernet = (void *)(long)ctx->data;

	(void)packet;
	if ((void *)(ethernet + 1) > (void *)(long)ctx->data_end)
		return 0;
	__builtin_memcpy(ethernet->h_dest, destination, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, source, ETH_ALEN);
	return 1;
}
