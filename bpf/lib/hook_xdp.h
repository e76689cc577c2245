/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The story at XDP: see hook.h. */
#pragma once
#include "../include/maps/layers.h"
#include "checksum.h"
#include "packet.h"
#include "vlan.h"

#define context xdp_md

/* Read where this stands: the verifier refuses a place in the context that has been computed before. */
static __always_inline __u32 device_of(const struct context *ctx)
{
	__u64 device;

	asm volatile("%0 = *(u32 *)(%1 + %2)"
		     : "=r"(device)
		     : "r"(ctx), "i"(__builtin_offsetof(struct context, ingress_ifindex)));
	return device;
}

/* The outermost tag that the frame came with. */
static __always_inline struct layer_tag arrival_tag(const struct context *ctx)
{
	const struct ethhdr *ethernet = (void *)(long)ctx->data;
	const struct vlan_tag *tag = (const void *)(ethernet + 1);

	if ((void *)(tag + 1) > (void *)(long)ctx->data_end || !is_tag(ethernet->h_proto))
		return (struct layer_tag){};
	return (struct layer_tag){ethernet->h_proto, tag->control & bpf_htons(VLAN_ID)};
}

/* From a place in the frame to its end. */
static __always_inline long bytes_from(const struct context *ctx, const void *place, const void *end)
{
	(void)ctx;
	return end - place;
}

/* Of the IP packet, and of the frames that it stands for: one. */
static __always_inline __u32 whole_length(const struct context *ctx, const struct packet *packet)
{
	(void)ctx;
	return packet->length;
}

static __always_inline __u32 frames_of(const struct packet *packet)
{
	(void)packet;
	return 1;
}

static __always_inline void measure(const struct context *ctx, const struct packet *packet)
{
	(void)ctx;
	(void)packet;
}

/* By how much the sum of the IP packet has changed, its checksums included: nobody keeps it. */
static __always_inline void note_change(struct context *ctx, __u64 change)
{
	(void)ctx;
	(void)change;
}

static __always_inline void rewrite_tcp(struct tcphdr *tcp, __be16 source, __be16 destination, __u64 change)
{
	change += change16(tcp->source, source) + change16(tcp->dest, destination);
	tcp->check = update_checksum(tcp->check, change);
	tcp->source = source;
	tcp->dest = destination;
}

/* 0 means that the sender computed none, so it stays 0 and a result of 0 is sent as 0xffff. */
static __always_inline void rewrite_udp(struct udphdr *udp, __be16 source, __be16 destination, __u64 change)
{
	__u16 checksum;

	if (udp->check) {
		change += change16(udp->source, source) + change16(udp->dest, destination);
		checksum = update_checksum(udp->check, change);
		udp->check = checksum ? checksum : 0xffff;
	}
	udp->source = source;
	udp->dest = destination;
}

/* change: of the addresses. */
stage rewrite_ports(struct context *ctx, struct packet *packet, __be16 source, __be16 destination,
		    __u64 change)
{
	(void)ctx;
	if (packet->tcp)
		rewrite_tcp(packet->tcp, source, destination, change);
	else if (packet->udp)
		rewrite_udp(packet->udp, source, destination, change);
	return VERDICT_GO_ON;
}

/* What any frame has once the smallest header is before it: more is never written. */
#define FRONT_BYTES (sizeof(struct ethhdr) + VLAN_TAGS * sizeof(struct vlan_tag) + sizeof(struct ipv6hdr))

/*
 * Room for a header of that family before the IP packet, behind the tags; leaves its place, or NULL, and
 * packet->ethernet at the new front: the other pointers are used up. to_kernel: it looks at the frame's MACs,
 * which nobody writes any more.
 */
static __always_inline void *open_front(struct context *ctx, struct packet *packet, _Bool is4,
					_Bool to_kernel)
{
	__u32 length = is4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	void *front;

	if (bpf_xdp_adjust_head(ctx, -(int)length))
		return 0;
	front = (void *)(long)ctx->data;
	keep(front);
	if (front + FRONT_BYTES > (void *)(long)ctx->data_end)
		return 0;
	packet->ethernet = front;
	if (unlikely(to_kernel))
		__builtin_memcpy(front, front + length, TAGS_OFFSET);
	return move_tags(front + TAGS_OFFSET, front + TAGS_OFFSET + length, packet->tags,
			 bpf_htons(is4 ? ETH_P_IP : ETH_P_IPV6));
}

/* The most that is before what follows the fixed IP header. */
#define MOVED_BYTES (NETWORK_MASK + 1 + sizeof(struct ipv6hdr))

/* The frame's first bytes, down to the end of the fixed IP header, moved to the new front. */
static __always_inline _Bool move_front(struct context *ctx, __u32 headers, __u32 by)
{
	void *front = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;

	for (__u32 at = 0; at < MOVED_BYTES && at < headers; at += sizeof(__u16)) {
		__u16 *to = front + at;
		const __u16 *from = (void *)to + by;

		if ((void *)(from + 1) > end)
			return 0;
		*to = *from;
	}
	return 1;
}

/* Room behind the fixed IP header; leaves that header's place, not checked against the end, or NULL. */
static __always_inline void *open_gap(struct context *ctx, __u32 network, __u32 header, __u32 length)
{
	if (bpf_xdp_adjust_head(ctx, -(int)length) || !move_front(ctx, network + header, length))
		return 0;
	return (void *)(long)ctx->data + network;
}

/* What was to be written has been written. */
static __always_inline _Bool close_front(struct context *ctx)
{
	(void)ctx;
	return 1;
}

/*
 * Makes of the frame one that goes back: with exactly `rest` bytes from the IP header on, of which all behind
 * `headers` are the packet's first. Leaves where the IP header goes, or NULL.
 */
static __always_inline void *turn_round(struct context *ctx, const struct turning *frame, __u32 headers,
					__u32 rest)
{
	__u16 network = frame->network & NETWORK_MASK;
	struct ethhdr *to;
	const struct ethhdr *from;
	void *ip;

	if (frame->bytes < network + rest - headers)
		return 0;
	if (bpf_xdp_adjust_head(ctx, -(int)headers) ||
	    bpf_xdp_adjust_tail(ctx, (int)(network + rest - headers - frame->bytes)))
		return 0;
	to = (void *)(long)ctx->data;
	keep(to);
	from = (void *)to + headers;
	if ((void *)(from + 1) + VLAN_TAGS * sizeof(struct vlan_tag) > (void *)(long)ctx->data_end)
		return 0;
	__builtin_memcpy(to->h_dest, from->h_source, ETH_ALEN);
	__builtin_memcpy(to->h_source, from->h_dest, ETH_ALEN);
	move_tags((void *)to + TAGS_OFFSET, (const void *)from + TAGS_OFFSET, frame->tags,
		  bpf_htons(frame->family == AF_INET ? ETH_P_IP : ETH_P_IPV6));
	ip = (void *)to + network;
	return ip + rest > (void *)(long)ctx->data_end ? 0 : ip;
}

/* The answer has been written. */
static __always_inline _Bool send_back(struct context *ctx, const struct turning *frame, const void *answer,
				       __u32 bytes)
{
	(void)ctx;
	(void)frame;
	(void)answer;
	(void)bytes;
	return 1;
}

static __always_inline _Bool write_macs(struct context *ctx, const struct packet *packet,
					const __u8 *destination, const __u8 *source)
{
	(void)ctx;
	__builtin_memcpy(packet->ethernet->h_dest, destination, ETH_ALEN);
	__builtin_memcpy(packet->ethernet->h_source, source, ETH_ALEN);
	return 1;
}
