/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Direct server return: a packet reaches its member as the client sent it, and the member answers the client
 * itself, as the service. Nothing is kept of a connection where the ring stays as it is.
 */
#pragma once
#include "forward.h"
#include "intent.h"
#include "martian.h"
#include "option.h"
#include "rewrite.h"
#include "select.h"
#include "tunnel.h"

stage choose_member(struct context *ctx, struct packet *packet, const struct service *service, __u32 id,
		    struct choice *choice)
{
	struct contender contender = {.flow = hash_slot(packet, service->flags)};
	enum verdict v;

	packet->flow = contender.flow;
	v = ask_ring(service, id, &contender);
	if (v)
		return v;
	if (unlikely(is_contended(service, &contender))) {
		contender.intent = intent_of(ctx, packet, service->flags);
		/* A client that stays where it is has other connections. */
		contender.ends = closes(packet) && !(service->flags & SERVICE_AFFINITY);
		contender.number = ask_records(&contender);
	}
	return find_member(service, &contender, choice);
}

static __always_inline struct way way_to(const struct packet *packet, const struct member *member)
{
	return (struct way){
		.destination = stored_address(member->address),
		.source_port = packet->source_port,
		.destination_port = packet->destination_port,
		.family = member->family,
		.protocol = packet->protocol,
	};
}

/* Inside another IP packet, which the member takes off. */
stage send_tunnelled(struct context *ctx, struct packet *packet, const struct choice *choice, __u64 time)
{
	struct member *member = choice->member;
	struct way way = way_to(packet, member);
	struct outer outer = {
		.source = tunnel_source(member, packet->flow),
		.destination = way.destination,
		.label = packet->flow,
		.family = member->family,
	};
	struct route route;
	enum verdict v;

	if (is_zero(outer.source))
		return VERDICT_DROP_NO_SOURCE;
	way.source = outer.source;
	way.overhead = outer_length(outer.family);
	v = find_route(ctx, packet, &way, &member->hop, time, &route);
	if (v)
		return v;
	spend_hop(ctx, packet);
	v = encapsulate(ctx, packet, &outer, route.stack);
	if (v)
		return v;
	packet->member = choice->id;
	return forward(ctx, packet, &route, 0);
}

/* The kernel cannot help: it would send the packet to the service. */
static __always_inline enum verdict no_way_as_it_is(enum verdict why)
{
	switch (why) {
	case VERDICT_STACK_NO_NEIGHBOUR:
		return VERDICT_DROP_NO_NEIGHBOUR;
	case VERDICT_STACK_FRAGMENTS:
		return VERDICT_DROP_TOO_BIG;
	default:
		return VERDICT_DROP_NOT_FORWARDED;
	}
}

/* As it is, to the member's MAC. */
stage send_as_it_is(struct context *ctx, struct packet *packet, const struct choice *choice, __u64 time)
{
	struct member *member = choice->member;
	struct way way = way_to(packet, member);
	struct route route;
	enum verdict v = find_route(ctx, packet, &way, &member->hop, time, &route);

	if (v)
		return v;
	if (route.stack)
		return no_way_as_it_is(route.stack);
	spend_hop(ctx, packet);
	packet->member = choice->id;
	return forward(ctx, packet, &route, 0);
}

/*
 * To the member's own address and port, with an option that names the service on what begins a flow. Errors
 * about what the member has answered are made to be about what it has sent.
 */
stage send_named(struct context *ctx, struct packet *packet, const struct choice *choice, __u64 time)
{
	struct member *member = choice->member;
	struct way way = way_to(packet, member);
	struct translation to = {
		.source = packet->source,
		.destination = way.destination,
		.source_port = packet->source_port,
		.destination_port = member->port ? member->port : packet->destination_port,
	};
	struct route route;
	enum verdict v;

	way.source = packet->source;
	way.destination_port = to.destination_port;
	way.overhead = option_length(packet);
	v = find_route(ctx, packet, &way, &member->hop, time, &route);
	if (v)
		return v;
	v = write_translation(ctx, packet, &to);
	if (v)
		return v;
	if (!route.stack)
		spend_hop(ctx, packet); /* what the kernel forwards it spends itself */
	v = way.overhead ? put_option(ctx, packet) : VERDICT_GO_ON;
	if (v)
		return v;
	packet->member = choice->id;
	return forward(ctx, packet, &route, 0);
}

stage send_direct(struct context *ctx, struct packet *packet, struct service *service, __u32 id)
{
	__u64 time = now();
	struct choice choice;
	enum verdict v;

	v = check_hops(packet);
	if (v)
		return v;
	v = check_source(packet);
	if (v)
		return v;
	v = choose_member(ctx, packet, service, id, &choice);
	if (v)
		return v;
	if (service->flags & SERVICE_DSR_IPIP)
		return send_tunnelled(ctx, packet, &choice, time);
	if (service->flags & SERVICE_DSR_OPTION)
		return send_named(ctx, packet, &choice, time);
	return send_as_it_is(ctx, packet, &choice, time);
}
