/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A first fragment has been sent: what has become of it is read off the frame, and noted for those that
 * follow. So whole packets pay nothing for it on their way.
 */
#pragma once
#include "count.h"
#include "follow.h"

/* The outermost IP header's addresses, and its flow label or id. */
static __always_inline _Bool read_header(struct context *ctx, struct piece *piece)
{
	struct iphdr *ip = header_of(ctx, piece);
	struct ipv6hdr *ip6 = (void *)ip;
	struct fragment *first = &piece->first;

	if (!ip)
		return 0;
	if (first->family == AF_INET) {
		store_address(first->to_source, ipv4_address(ip->saddr));
		store_address(first->to_destination, ipv4_address(ip->daddr));
		first->flow = ip->id;
		return 1;
	}
	if ((void *)(ip6 + 1) > (void *)(long)ctx->data_end)
		return 0;
	store_address(first->to_source, ipv6_address(&ip6->saddr));
	store_address(first->to_destination, ipv6_address(&ip6->daddr));
	first->flow = bpf_ntohl(*(__be32 *)ip6);
	return 1;
}

/* How its service sends to a member. */
static __always_inline __u8 dispatch_to(const struct member *member)
{
	__u32 id = member->service;
	struct service *service = bpf_map_lookup_elem(&services, &id);

	return service ? service->flags & (SERVICE_DSR_IPIP | SERVICE_DSR_L2) : 0;
}

static __always_inline _Bool stays(enum verdict verdict)
{
	return verdict == VERDICT_STACK_OWN_BACKEND || verdict == VERDICT_STACK_OWN_ANSWER;
}

static __always_inline _Bool is_sent(__u32 member, enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_TX_TO_CLIENT:
	case VERDICT_REDIRECT_TO_CLIENT:
	case VERDICT_STACK_NO_NEIGHBOUR:
	case VERDICT_STACK_FRAGMENTS:
	case VERDICT_STACK_ENCAPSULATES:
	case VERDICT_STACK_DEVICE:
	case VERDICT_STACK_OWN_ANSWER:
		return 1;
	default:
		return member != NO_MEMBER;
	}
}

/* id: of the member that it was sent to, or NO_MEMBER. */
__noinline int note_first(struct context *ctx, __u32 id, __u32 verdict)
{
	struct member *member = bpf_map_lookup_elem(&members, &id);
	struct piece *piece = this_piece();
	struct fragment *first;

	if (!piece || !is_sent(id, verdict) || (id != NO_MEMBER && !member))
		return 0;
	first = &piece->first;
	first->member = id;
	first->hop = 0;
	first->dispatch = 0;
	first->family = piece->family;
	if (stays(verdict))
		first->dispatch = FRAGMENT_STAYS;
	else if (member)
		first->dispatch = dispatch_to(member);
	if (member && first->dispatch == SERVICE_DSR_IPIP)
		first->family = member->family;
	if (!read_header(ctx, piece))
		return 0;
	if (member && first->dispatch == SERVICE_DSR_L2)
		store_address(first->to_destination, stored_address(member->address));
	if (member && same_address(stored_address(member->address), stored_address(first->to_destination)))
		first->hop = member->hop;
	return note_fragment();
}

/* The single exit. */
static __always_inline void finish(struct context *ctx, const struct packet *packet, enum verdict verdict)
{
	forget(verdict);
	count(packet, verdict);
	if (unlikely(packet->bytes & FIRST_FRAGMENT))
		note_first(ctx, packet->member, verdict);
}
