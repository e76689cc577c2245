/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Source NAT in both directions: from a packet to what its addresses and ports become. A member sees the load
 * balancer's own address, a client the service's.
 */
#pragma once
#include "admission.h"
#include "forward.h"
#include "intent.h"
#include "martian.h"
#include "nat_open.h"
#include "rewrite.h"

static __always_inline void identify(struct flow *flow, const struct packet *packet,
				     const struct service *service, __u32 id)
{
	flow->client = packet->source;
	flow->hash = hash_nat(packet->flow, packet->destination);
	flow->service = id;
	flow->client_port = packet->source_port;
	flow->asked_port = service->port ? 0 : packet->destination_port;
	flow->generation = service->generation;
	flow->protocol = packet->protocol;
	flow->family = packet->family;
}

stage translate_to_member(const struct nat_entry *entry, struct translation *to)
{
	if (!find_source(entry, &to->source))
		return VERDICT_DROP_NO_SOURCE;
	to->destination = stored_address(entry->backend);
	to->source_port = entry->nat_port;
	to->destination_port = entry->backend_port;
	to->member = entry->member;
	to->here = is_served_here(entry);
	return VERDICT_GO_ON;
}

/* The member's note, as long as it is still this backend. */
static __always_inline __u32 *way_to_backend(const struct nat_entry *entry)
{
	__u32 id = entry->member;
	struct member *member = bpf_map_lookup_elem(&members, &id);

	if (!member || !member->used ||
	    !same_address(stored_address(member->address), stored_address(entry->backend)))
		return 0;
	return &member->hop;
}

/* Leaves the flow's entry, which may be another CPU's or an earlier packet's. */
stage open_flow(struct context *ctx, const struct packet *packet, const struct service *service,
		const struct flow *flow, __u64 time, struct nat_entry **entry)
{
	struct opening *opening = this_opening();
	enum verdict v;

	if (is_error(packet))
		return VERDICT_PASS_NO_CONNECTION;
	if (packet->tcp && (packet->tcp->rst || (!opens(packet) && is_on(SWITCH_CARRYING))))
		return VERDICT_DROP_NO_CONNECTION;
	v = check_source(packet);
	if (v)
		return v;
	v = check_limit(packet, service, flow->service);
	if (v)
		return v;
	if (!opening)
		return VERDICT_DROP_NAT_FULL;
	opening->flow = *flow;
	opening->slot = hash_slot(packet, service->flags);
	opening->time = time;
	opening->intent = intent_of(ctx, packet, service->flags);
	opening->fresh = opens(packet);
	v = open_connection();
	if (v)
		return v;
	*entry = bpf_map_lookup_elem(&nat_entries, &opening->entry);
	return *entry ? VERDICT_GO_ON : VERDICT_DROP_NAT_FULL;
}

stage from_client(struct context *ctx, const struct packet *packet, const struct service *service, __u32 id,
		  __u64 time, struct translation *to, __u32 **hop)
{
	struct flow flow = {};
	struct nat_entry *entry;
	enum verdict v;

	v = check_hops(packet);
	if (v)
		return v;
	identify(&flow, packet, service, id);
	entry = find_flow(&flow, time);
	if (unlikely(!entry || opens(packet))) {
		v = open_flow(ctx, packet, service, &flow, time, &entry);
		if (v)
			return v;
	}
	if (likely(!is_error(packet)))
		note_client(entry, packet, time);
	*hop = way_to_backend(entry);
	return translate_to_member(entry, to);
}

/*
 * Is this still the service that the connection was opened for? Asked after the service has been read: user
 * space takes the family out first when it frees a service, and puts it in last.
 */
static __always_inline _Bool still_serves(const struct service *service, const struct nat_entry *entry)
{
	return *(const volatile __u8 *)&service->family == entry->family &&
	       *(const volatile __u16 *)&service->generation == entry->generation;
}

stage from_member(const struct packet *packet, __u64 time, struct translation *to, __u32 **hop)
{
	struct nat_entry *entry = find_reply(packet, hash_nat(packet->flow, packet->destination), time);
	struct service *service;
	enum verdict v;

	if (!entry)
		return is_on(SWITCH_CARRYING) ? VERDICT_DROP_NO_CONNECTION : VERDICT_PASS_NO_CONNECTION;
	to->here = is_served_here(entry);
	v = to->here ? VERDICT_GO_ON : check_hops(packet);
	if (v)
		return v;
	service = bpf_map_lookup_elem(&services, &entry->service);
	if (!service)
		return VERDICT_DROP_SERVICE_GONE;
	to->source = stored_address(service->address);
	to->destination = stored_address(entry->client);
	to->source_port = service->port ? service->port : entry->backend_port;
	to->destination_port = entry->client_port;
	to->member = NO_MEMBER;
	*hop = &entry->hop;
	if (!still_serves(after(to->source.low ^ to->source.high ^ to->source_port, service), entry))
		return VERDICT_DROP_SERVICE_GONE;
	if (likely(!is_error(packet)))
		note_member(entry, packet, time);
	return VERDICT_GO_ON;
}

static __always_inline struct way way_of(const struct packet *packet, const struct translation *to)
{
	return (struct way){
		.source = to->source,
		.destination = to->destination,
		.source_port = to->source_port,
		.destination_port = to->destination_port,
		.family = packet->family,
		.protocol = packet->protocol,
	};
}

/* hop: where the way is noted. What stays here is not forwarded, and spends no hop. */
stage send_translated(struct context *ctx, struct packet *packet, const struct translation *to, __u32 *hop,
		      __u64 time)
{
	struct way way = way_of(packet, to);
	struct route route;
	enum verdict v = VERDICT_GO_ON;

	if (unlikely(to->here))
		route.stack = VERDICT_STACK_OWN_BACKEND;
	else
		v = find_route(ctx, packet, &way, hop, time, &route);
	if (v)
		return v;
	v = write_translation(ctx, packet, to);
	if (v)
		return v;
	packet->member = to->member;
	if (!route.stack)
		spend_hop(ctx, packet); /* what the kernel forwards it spends itself */
	return forward(ctx, packet, &route, to->member == NO_MEMBER);
}

static __always_inline __u64 flow_of(const struct packet *packet)
{
	return hash_flow(packet->family, packet->protocol, packet->source, packet->source_port,
			 packet->destination_port);
}

/* service: NULL for what may be a reply to an own address. */
stage send_by_nat(struct context *ctx, struct packet *packet, const struct service *service, __u32 id)
{
	__u64 time = now();
	struct translation to;
	__u32 *hop;
	enum verdict v;

	packet->flow = flow_of(packet);
	v = service ? from_client(ctx, packet, service, id, time, &to, &hop)
		    : from_member(packet, time, &to, &hop);
	if (v)
		return v;
	return send_translated(ctx, packet, &to, hop, time);
}
