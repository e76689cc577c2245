/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A new connection: which service, which backend, and from which port. The pod's own port is kept, unless the
 * pod has it in use towards this backend already: by another service, or by the backend's own name. Then
 * answers could not be told apart, and it is sent from another one.
 *
 * In global functions, which the verifier reads once; what they need lies in this_pair().
 */
#pragma once
#include "pod_flow.h"
#include "sock_select.h"
#include "sock_service.h"

#define OPEN_TRIES 16

/* Beyond all cookies of namespaces: a client is the device of a pod. */
#define DEVICE_AS_CLIENT (1ULL << 63)

/* The other ports: half of them all, and not those that servers have. */
#define OTHER_PORT(random) bpf_htons(0x8000 | ((random)&0x7fff))

static __always_inline void map_address(__be32 to[4], struct address address, __u8 family)
{
	_Bool is4 = family == AF_INET;

	to[0] = is4 ? 0 : address.low;
	to[1] = is4 ? 0 : address.low >> 32;
	to[2] = is4 ? MAPPED : (__be32)address.high;
	to[3] = is4 ? address.low : address.high >> 32;
}

static __always_inline struct address unmapped_address(const __be32 from[4], __u8 family)
{
	if (family == AF_INET)
		return ipv4_address(from[3]);
	return (struct address){from[0] | (__u64)from[1] << 32, from[2] | (__u64)from[3] << 32};
}

static __always_inline struct address loopback_of(__u8 family)
{
	const volatile __be32 *words = config.loopback6;

	if (family == AF_INET)
		return ipv4_address(config.loopback4);
	return (struct address){words[0] | (__u64)words[1] << 32, words[2] | (__u64)words[3] << 32};
}

pod_stage verdict_of(enum sock_verdict verdict)
{
	switch (verdict) {
	case SOCK_GO_ON:
		return POD_GO_ON;
	case SOCK_PASS_FOREIGN:
		return POD_PASS_FOREIGN;
	case SOCK_REFUSE_NO_BACKEND:
		return POD_REFUSE_NO_BACKEND;
	case SOCK_REFUSE_NO_LOCAL_BACKEND:
		return POD_REFUSE_NO_LOCAL_BACKEND;
	default:
		return POD_DROP_NO_SERVICE;
	}
}

pod_stage choose_for_pod(struct pod_pair *pair, struct sock_choice *choice)
{
	const struct pod_flow_key *key = &pair->key;
	struct sock_call *call = &pair->call;
	enum sock_verdict v;
	_Bool same;

	call->cookie = 0;
	call->netns = DEVICE_AS_CLIENT | key->device;
	call->port = key->destination_port;
	call->protocol = key->protocol;
	map_address(call->address, stored_address(key->destination), key->family);
	v = find_service(call, 0, &choice->service);
	if (!v)
		v = choose_backend(call, 0, choice, &same);
	return verdict_of(v);
}

/* Fills what this_pair()->flow says of the backend. */
__noinline int lead_to_backend(void)
{
	struct pod_pair *pair = this_pair();
	struct sock_choice choice = {};
	struct address address, pod;
	enum pod_verdict v;

	if (!pair)
		return POD_DROP_NO_MEMORY;
	v = choose_for_pod(pair, &choice);
	if (v)
		return v;
	if (!choice.backend)
		return POD_DROP_NO_SERVICE;
	address = unmapped_address(choice.backend->address, pair->key.family);
	pod = stored_address(pair->key.source);
	pair->flow.kind = same_address(address, pod) ? POD_ITSELF : 0;
	store_address(pair->flow.destination, address);
	store_address(pair->flow.source, pair->flow.kind ? loopback_of(pair->key.family) : pod);
	pair->flow.destination_port = choice.backend->port;
	pair->flow.service = choice.service;
	pair->flow.backend = choice.backend->backend;
	return POD_GO_ON;
}

/* Whether an entry is the other one of this_pair(), which two processors may be opening. */
static __always_inline _Bool is_others(const struct pod_pair *pair, const struct pod_flow *found)
{
	return same_address(stored_address(found->source), stored_address(pair->turned.source)) &&
	       same_address(stored_address(found->destination), stored_address(pair->turned.destination)) &&
	       found->source_port == pair->turned.source_port &&
	       found->destination_port == pair->turned.destination_port;
}

/* 0: the answers' entry is there. */
static __always_inline long claim_answers(struct pod_pair *pair)
{
	struct pod_flow *found;

	turn_key(&pair->turned_key, &pair->flow, &pair->key);
	turn_flow(&pair->turned, &pair->flow, &pair->key);
	found = bpf_map_lookup_elem(&pod_flows, &pair->turned_key);
	if (found && !is_over(found, pair->key.protocol) && !is_others(pair, found))
		return 1;
	return bpf_map_update_elem(&pod_flows, &pair->turned_key, &pair->turned,
				   found ? BPF_ANY : BPF_NOEXIST);
}

/* Another processor may have been quicker: then what it chose counts. */
static __always_inline long enter_flow(struct pod_pair *pair)
{
	struct pod_flow *found;

	if (!bpf_map_update_elem(&pod_flows, &pair->key, &pair->flow, BPF_NOEXIST))
		return 0;
	found = bpf_map_lookup_elem(&pod_flows, &pair->key);
	if (!found)
		return 1;
	pair->flow = *found;
	return 0;
}

/* Enters both, from a port that is free. first: 0, the pod's own port is tried first. */
__noinline int enter_pair(__u32 first)
{
	struct pod_pair *pair = this_pair();
	__u32 random = bpf_get_prandom_u32();

	if (!pair)
		return POD_DROP_NO_MEMORY;
	pair->flow.seen = 0;
	pair->flow.last_seen = jiffies();
	for (__u32 i = first; i < OPEN_TRIES; i++) {
		pair->flow.source_port = i ? OTHER_PORT(random + i * 2003) : pair->key.source_port;
		if (!claim_answers(pair))
			return enter_flow(pair) ? POD_DROP_NO_MEMORY : POD_GO_ON;
	}
	return POD_DROP_NO_PORT;
}

/* To no service: only where a connection by a service looks the same to the backend. */
__noinline int avoid_port(void)
{
	struct pod_pair *pair = this_pair();
	struct pod_flow *found;

	if (!pair)
		return POD_PASS_FOREIGN;
	store_address(pair->flow.source, stored_address(pair->key.source));
	store_address(pair->flow.destination, stored_address(pair->key.destination));
	pair->flow.source_port = pair->key.source_port;
	pair->flow.destination_port = pair->key.destination_port;
	pair->flow.kind = POD_OTHER_PORT;
	turn_key(&pair->turned_key, &pair->flow, &pair->key);
	found = bpf_map_lookup_elem(&pod_flows, &pair->turned_key);
	if (!found || is_over(found, pair->key.protocol))
		return POD_PASS_FOREIGN;
	return enter_pair(1);
}

/* Leaves what the packet becomes in this_pair()->flow. */
pod_stage open_flow(const struct packet *packet, const struct pod_flow_key *key)
{
	struct pod_pair *pair = this_pair();
	enum pod_verdict v;

	if (!pair)
		return POD_DROP_NO_MEMORY;
	pair->key = *key;
	v = lead_to_backend();
	if (v == POD_PASS_FOREIGN && (packet->udp || opens(packet)))
		return avoid_port();
	if (v)
		return v;
	return packet->tcp && packet->tcp->rst ? POD_DROP_RESET : enter_pair(0);
}
