/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Connections that are known: found by what a packet looks like, kept for as long as packets come, and over
 * when both sides have said so, or a time after the last packet. Other packets than those that say something
 * new write nothing, but once a second: then both entries are renewed, so that the kernel, which gives up the
 * longest unused when the map is full, does not take one of them alone.
 */
#pragma once
#include "pod_packet.h"
#include "sock_call.h"

static __always_inline __u32 jiffies(void)
{
	return bpf_jiffies64();
}

static __always_inline struct pod_flow_key key_of(struct context *ctx, const struct packet *packet)
{
	struct pod_flow_key key = {
		.source_port = packet->source_port,
		.destination_port = packet->destination_port,
		.device = device_of(ctx),
		.protocol = packet->protocol,
		.family = packet->family,
	};

	store_address(key.source, packet->source);
	store_address(key.destination, packet->destination);
	return key;
}

/* Of the answers to what a flow's packets become, which is the other entry's key; and the other way round. */
static __always_inline void turn_key(struct pod_flow_key *turned, const struct pod_flow *flow,
				     const struct pod_flow_key *key)
{
	store_address(turned->source, stored_address(flow->destination));
	store_address(turned->destination, stored_address(flow->source));
	turned->source_port = flow->destination_port;
	turned->destination_port = flow->source_port;
	turned->device = key->device;
	turned->protocol = key->protocol;
	turned->family = key->family;
	__builtin_memset(turned->pad, 0, sizeof(turned->pad));
}

/* What they become: what the packets themselves look like, turned round. */
static __always_inline void turn_flow(struct pod_flow *turned, const struct pod_flow *flow,
				      const struct pod_flow_key *key)
{
	store_address(turned->source, stored_address(key->destination));
	store_address(turned->destination, stored_address(key->source));
	turned->source_port = key->destination_port;
	turned->destination_port = key->source_port;
	turned->service = flow->service;
	turned->backend = flow->backend;
	turned->last_seen = flow->last_seen;
	turned->seen = flow->seen;
	turned->kind = flow->kind ^ POD_ANSWERS;
	__builtin_memset(turned->pad, 0, sizeof(turned->pad));
}

static __always_inline _Bool is_closed(const struct pod_flow *flow)
{
	const __u8 both = POD_SEEN_POD_FIN | POD_SEEN_BACKEND_FIN;

	return flow->seen & POD_SEEN_RST || (flow->seen & both) == both;
}

static __always_inline __u32 timeout_of(const struct pod_flow *flow, __u8 protocol)
{
	if (is_closed(flow))
		return config.timeout_closed;
	if (!(flow->seen & POD_SEEN_ANSWER))
		return config.timeout_opening;
	return protocol == IPPROTO_TCP ? config.timeout_established : config.timeout_other;
}

/* Another CPU may have read a later time. */
static __always_inline __u32 unseen_for(const struct pod_flow *flow)
{
	__s32 age = jiffies() - flow->last_seen;

	return age < 0 ? 0 : age;
}

static __always_inline _Bool is_over(const struct pod_flow *flow, __u8 protocol)
{
	return unseen_for(flow) > timeout_of(flow, protocol);
}

static __always_inline struct pod_flow *find_flow(const struct pod_flow_key *key)
{
	struct pod_flow *flow = bpf_map_lookup_elem(&pod_flows, key);

	return flow && !is_over(flow, key->protocol) ? flow : 0;
}

/* What two entries are read and written by. */
struct pod_pair {
	struct pod_flow_key key;
	struct pod_flow flow;
	struct pod_flow_key turned_key;
	struct pod_flow turned;
	struct sock_call call; /* to the service: of the stack, which calls share, too little is left */
};

SCRATCH(this_pair, struct pod_pair)

static __always_inline struct pod_pair *pair_of(const struct pod_flow_key *key, const struct pod_flow *flow)
{
	struct pod_pair *pair = this_pair();

	if (!pair)
		return 0;
	pair->key = *key;
	pair->flow = *flow;
	return pair;
}

/* Of this_pair(), whose other entry may be gone. */
__noinline int renew_other(void)
{
	struct pod_pair *pair = this_pair();
	struct pod_flow *other;

	if (!pair)
		return 0;
	turn_key(&pair->turned_key, &pair->flow, &pair->key);
	turn_flow(&pair->turned, &pair->flow, &pair->key);
	other = bpf_map_lookup_elem(&pod_flows, &pair->turned_key);
	if (!other)
		return bpf_map_update_elem(&pod_flows, &pair->turned_key, &pair->turned, BPF_NOEXIST);
	other->seen |= pair->turned.seen;
	other->last_seen = pair->turned.last_seen;
	return 0;
}

/* Both entries of this_pair(). */
__noinline int forget_pair(void)
{
	struct pod_pair *pair = this_pair();

	if (!pair)
		return 0;
	turn_key(&pair->turned_key, &pair->flow, &pair->key);
	bpf_map_delete_elem(&pod_flows, &pair->key);
	return bpf_map_delete_elem(&pod_flows, &pair->turned_key);
}

static __always_inline void forget_flow(const struct pod_flow_key *key, const struct pod_flow *flow)
{
	if (pair_of(key, flow))
		forget_pair();
}

static __always_inline __u8 said_by(const struct packet *packet, const struct pod_flow *flow)
{
	_Bool answers = flow->kind & POD_ANSWERS;
	__u8 said = answers ? POD_SEEN_ANSWER : 0;

	if (!packet->tcp)
		return said;
	if (packet->tcp->fin)
		said |= answers ? POD_SEEN_BACKEND_FIN : POD_SEEN_POD_FIN;
	if (packet->tcp->rst)
		said |= POD_SEEN_RST;
	return said;
}

static __always_inline void note_packet(const struct packet *packet, const struct pod_flow_key *key,
					struct pod_flow *flow)
{
	__u8 said = said_by(packet, flow);

	if (likely((flow->seen & said) == said && unseen_for(flow) < config.jiffies_per_second))
		return;
	flow->seen |= said;
	flow->last_seen = jiffies();
	if (pair_of(key, flow))
		renew_other();
}
