/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A later fragment goes where its first one went, by a short way of its own: what is asked of routes and
 * sizes is what is asked of whole packets. One that comes before its first finds nothing: to a service it is
 * dropped, and its packet is sent again.
 *
 * In global functions, which the verifier reads once; and in two, for the stack.
 */
#pragma once
#include "addressee.h"
#include "count.h"
#include "dsr.h"
#include "fragment.h"

/* As it was when it was parsed: the frame has not changed since. */
stage take_up(struct context *ctx, const struct piece *piece, struct packet *packet)
{
	packet->source = stored_address(piece->first.source);
	packet->destination = stored_address(piece->first.destination);
	packet->member = piece->first.member;
	packet->bytes = piece->bytes;
	packet->network = piece->network;
	packet->length = piece->length;
	packet->tags = piece->tags;
	packet->family = piece->family;
	return point_at_headers(ctx, packet);
}

/* The headers of both families are read through the shorter one. NULL cannot be: the parser has been there.
 */
static __always_inline struct iphdr *header_of(struct context *ctx, const struct piece *piece)
{
	struct iphdr *ip = (void *)(long)ctx->data + (piece->network & NETWORK_MASK);

	return (void *)(ip + 1) > (void *)(long)ctx->data_end ? 0 : ip;
}

static __always_inline __u8 hops_left(struct iphdr *ip, __u8 family)
{
	return family == AF_INET ? ip->ttl : ((struct ipv6hdr *)ip)->hop_limit;
}

/* What route_lookup::marks says, which the outer header of another family does not carry on. */
static __always_inline __be32 marks_in(struct iphdr *ip, const struct piece *piece)
{
	if (piece->family != piece->first.family)
		return 0;
	return piece->family == AF_INET ? ip->tos : *(__be32 *)ip & bpf_htonl(0x0fffffff);
}

static __always_inline void ask_for(struct route_lookup *lookup, const struct piece *piece, struct iphdr *ip)
{
	const struct fragment *first = &piece->first;
	struct way *way = &lookup->way;

	way->source = stored_address(first->to_source);
	way->destination = stored_address(first->to_destination);
	way->source_port = 0;
	way->destination_port = 0;
	way->overhead = first->dispatch == SERVICE_DSR_IPIP ? outer_length(first->family) : 0;
	way->family = first->family;
	way->protocol = first->protocol;
	lookup->marks = marks_in(ip, piece);
	lookup->length = piece->length + way->overhead;
	lookup->generation = watched_generation(now());
	lookup->route.stack = VERDICT_GO_ON;
}

/* Of the kernel's answer, with as much of the packet as answering it takes. */
stage outcome_for(struct context *ctx, const struct piece *piece, struct route_lookup *lookup, long result)
{
	struct iphdr *ip = header_of(ctx, piece);
	struct packet packet = {
		.source = stored_address(piece->first.source),
		.destination = stored_address(piece->first.destination),
		.ipv4 = piece->family == AF_INET ? ip : 0,
		.bytes = piece->bytes,
		.network = piece->network,
		.tags = piece->tags,
		.family = piece->family,
	};
	enum verdict v;

	if (result != BPF_FIB_LKUP_RET_FRAG_NEEDED)
		return outcome(ctx, &packet, &lookup->way, &lookup->route, result);
	if (may_be_fragmented(&packet) && lookup->way.family == AF_INET) {
		lookup->route.stack = VERDICT_STACK_FRAGMENTS;
		return VERDICT_GO_ON;
	}
	v = begin_answer(&packet, lookup->route.mtu - lookup->way.overhead);
	return v ? v : VERDICT_REPLY_TOO_BIG;
}

/* Fills this_lookup()->route, or asks for finish_answer(): for the stack, too. */
__noinline int route_piece(struct context *ctx)
{
	struct route_lookup *lookup = this_lookup();
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	struct piece *piece = this_piece();
	struct iphdr *ip;
	enum verdict v;

	if (!piece || !lookup)
		return VERDICT_DROP_ROUTE_ERROR;
	ip = header_of(ctx, piece);
	if (!ip || (void *)(ethernet + 1) > (void *)(long)ctx->data_end)
		return VERDICT_PASS_TRUNCATED;
	v = check_frame(ctx, ethernet);
	if (v)
		return v;
	if (hops_left(ip, piece->family) <= 1)
		return VERDICT_DROP_TTL;
	ask_for(lookup, piece, ip);
	if (recall_hop(ctx, piece->first.hop, lookup->generation, lookup->length, &lookup->route))
		return VERDICT_GO_ON;
	v = outcome_for(ctx, piece, lookup, ask_kernel(ctx));
	if (!v && lookup->route.stack && piece->first.dispatch == SERVICE_DSR_L2)
		return no_way_as_it_is(lookup->route.stack);
	return v;
}

static __always_inline struct outer outer_of(const struct fragment *first)
{
	return (struct outer){
		.source = stored_address(first->to_source),
		.destination = stored_address(first->to_destination),
		.label = first->flow,
		.family = first->family,
	};
}

/* Pieces of one packet have one id, and may be cut again: outside each has an id of its own. */
static __always_inline __u64 outer_id(const struct packet *packet, const struct fragment *first)
{
	if (!packet->ipv4)
		return first->flow;
	return first->flow + bpf_ntohs(packet->ipv4->frag_off & bpf_htons(IPV4_OFFSET)) * 40503;
}

stage translate_addresses(struct context *ctx, struct packet *packet, const struct fragment *first)
{
	struct translation to = {
		.source = stored_address(first->to_source),
		.destination = stored_address(first->to_destination),
	};

	return rewrite(ctx, packet, &to);
}

/* Into a tunnel, by this_lookup()->route. */
__noinline int tunnel_piece(struct context *ctx)
{
	struct route_lookup *lookup = this_lookup();
	struct piece *piece = this_piece();
	struct packet packet = {};
	struct outer outer;
	enum verdict v;

	if (!piece || !lookup)
		return VERDICT_DROP_ROUTE_ERROR;
	v = take_up(ctx, piece, &packet);
	if (v)
		return v;
	spend_hop(ctx, &packet);
	packet.flow = outer_id(&packet, &piece->first);
	outer = outer_of(&piece->first);
	v = encapsulate(ctx, &packet, &outer, lookup->route.stack);
	if (v)
		return v;
	count_member(&packet);
	return forward(ctx, &packet, &lookup->route, 0);
}

/* As it is, or with other addresses, by this_lookup()->route. */
__noinline int send_piece(struct context *ctx)
{
	struct route_lookup *lookup = this_lookup();
	struct piece *piece = this_piece();
	struct packet packet = {};
	enum verdict v;

	if (!piece || !lookup)
		return VERDICT_DROP_ROUTE_ERROR;
	v = take_up(ctx, piece, &packet);
	if (v)
		return v;
	v = piece->first.dispatch ? VERDICT_GO_ON : translate_addresses(ctx, &packet, &piece->first);
	if (v)
		return v;
	if (!lookup->route.stack)
		spend_hop(ctx, &packet); /* what the kernel forwards it spends itself */
	count_member(&packet);
	return forward(ctx, &packet, &lookup->route, packet.member == NO_MEMBER);
}

/* To this host's stack, or from it. */
__noinline int leave_piece(struct context *ctx)
{
	struct piece *piece = this_piece();
	struct packet packet = {};
	enum verdict v;

	if (!piece)
		return VERDICT_DROP_ROUTE_ERROR;
	v = take_up(ctx, piece, &packet);
	if (v)
		return v;
	v = translate_addresses(ctx, &packet, &piece->first);
	if (v)
		return v;
	count_member(&packet);
	return packet.member == NO_MEMBER ? VERDICT_STACK_OWN_ANSWER : VERDICT_STACK_OWN_BACKEND;
}

static __always_inline _Bool this_piece_goes_by(__u8 dispatch)
{
	struct piece *piece = this_piece();

	return piece && piece->first.dispatch == dispatch;
}

/* lost: what becomes of one whose first is not known. */
stage follow_first(struct context *ctx, enum verdict lost)
{
	enum verdict v;

	if (!find_fragment())
		return lost;
	if (this_piece_goes_by(FRAGMENT_STAYS))
		return leave_piece(ctx);
	v = route_piece(ctx);
	if (v)
		return v == VERDICT_REPLY_TOO_BIG ? finish_answer(ctx) : v;
	return this_piece_goes_by(SERVICE_DSR_IPIP) ? tunnel_piece(ctx) : send_piece(ctx);
}
