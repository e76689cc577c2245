/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Source NAT in both directions: from a packet to what its addresses and ports become. A member sees the load
 * balancer's own address, a client the service's.
 */
#pragma once
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
	flow->generation = service->generation;
	flow->protocol = packet->protocol;
	flow->family = packet->family;
}

stage translate_to_member(const struct nat_entry *entry, struct translation *to)
{
	struct source *source = bpf_map_lookup_elem(&sources, &entry->source);

	if (!source)
		return VERDICT_DROP_NO_SOURCE;
	to->source = stored_address(source->address);
	to->destination = stored_address(entry->backend);
	to->source_port = entry->nat_port;
	to->destination_port = entry->backend_port;
	to->member = entry->member;
	return VERDICT_GO_ON;
}

stage from_client(const struct packet *packet, __u32 id, struct translation *to)
{
	struct service *service = bpf_map_lookup_elem(&services, &id);
	struct opening opening = {};
	struct nat_entry *entry;
	enum verdict v;

	if (!service)
		return VERDICT_DROP_NO_SERVICE;
	v = check_hops(packet);
	if (v)
		return v;
	identify(&opening.flow, packet, service, id);
	opening.time = now();
	entry = find_flow(&opening.flow, opening.time);
	if (unlikely(!entry || opens(packet))) {
		if (packet->icmp_error)
			return VERDICT_PASS_NO_CONNECTION;
		if (packet->tcp && packet->tcp->rst)
			return VERDICT_DROP_NO_CONNECTION;
		v = check_source(packet);
		if (v)
			return v;
		opening.slot = packet->flow;
		opening.fresh = opens(packet);
		v = open_connection(&opening);
		if (v)
			return v;
		entry = bpf_map_lookup_elem(&nat_entries, &opening.entry);
		if (!entry)
			return VERDICT_DROP_NAT_FULL;
	}
	if (likely(!packet->icmp_error))
		note_client(entry, packet, opening.time);
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

stage from_member(const struct packet *packet, struct translation *to)
{
	__u64 time = now();
	struct nat_entry *entry = find_reply(packet, hash_nat(packet->flow, packet->destination), time);
	struct service *service;
	enum verdict v;

	if (!entry)
		return VERDICT_PASS_NO_CONNECTION;
	v = check_hops(packet);
	if (v)
		return v;
	service = bpf_map_lookup_elem(&services, &entry->service);
	if (!service)
		return VERDICT_DROP_SERVICE_GONE;
	to->source = stored_address(service->address);
	to->destination = stored_address(entry->client);
	to->source_port = service->port;
	to->destination_port = entry->client_port;
	to->member = NO_MEMBER;
	if (!still_serves(after(to->source.low ^ to->source.high ^ to->source_port, service), entry))
		return VERDICT_DROP_SERVICE_GONE;
	if (likely(!packet->icmp_error))
		note_member(entry, packet, time);
	return VERDICT_GO_ON;
}

stage translate(struct packet *packet, __u32 service, struct translation *to)
{
	packet->flow = hash_flow(packet->family, packet->protocol, packet->source, packet->source_port,
				 packet->destination_port);
	return service == SERVICE_OWN_SOURCE ? from_member(packet, to) : from_client(packet, service, to);
}
