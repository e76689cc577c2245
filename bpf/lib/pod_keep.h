/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Does a connection keep its backend? TCP does until it ends, wherever its backend has gone; who connects
 * anew from the same port has a backend that takes new ones. Datagrams know no end: once a second it is asked
 * whether the service still has their backend, draining or not.
 */
#pragma once
#include "pod_flow.h"
#include "sock_select.h"

/* Whether a service has a backend, among those that take new connections, or that drain as well. */
__noinline int is_served(__u32 service, __u32 backend, __u32 draining)
{
	struct sock_service *known = bpf_map_lookup_elem(&sock_services, &service);
	struct sock_slot *header;
	__u32 block, active;

	block = known ? known->block : 0;
	header = block ? bpf_map_lookup_elem(&sock_slots, &block) : 0;
	if (!header)
		return 0;
	active = header->backend;
	draining = draining ? header->draining : 0;
	return place_of(block + 1, active, backend) || place_of(block + 1 + active, draining, backend);
}

static __always_inline _Bool keeps_backend(const struct packet *packet, const struct pod_flow *flow)
{
	if (packet->udp)
		return unseen_for(flow) < config.jiffies_per_second || flow->kind & POD_OTHER_PORT ||
		       is_served(flow->service, flow->backend, 1);
	if (likely(!opens(packet)))
		return 1;
	if (flow->seen & ~POD_SEEN_ANSWER)
		return 0;
	return flow->kind & POD_OTHER_PORT || is_served(flow->service, flow->backend, 0);
}

/* What is over is forgotten, and NULL. */
static __always_inline struct pod_flow *kept_flow(const struct packet *packet, const struct pod_flow_key *key)
{
	struct pod_flow *flow = bpf_map_lookup_elem(&pod_flows, key);

	if (!flow || likely(!is_over(flow, key->protocol) && keeps_backend(packet, flow)))
		return flow;
	forget_flow(key, flow);
	return 0;
}
