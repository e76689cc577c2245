/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which backend? The one that the client has, where that is asked for and it still belongs to the service;
 * else any. A service without affinity knows only one kind of client: a socket that sends datagrams without
 * being connected, whose datagrams stay together for as long as the backend is there, draining or not.
 */
#pragma once
#include "sock_call.h"

#define SOCK_SECOND 1000000000ULL

/* As many backends as a service may have, twice over. */
#define SEARCH_FROM (1U << 23)

/* Where a backend is among count slots from first; 0: nowhere. How many are not above it is found bit by bit.
 * Read by the verifier once. */
__noinline __u32 place_of(__u32 first, __u32 count, __u32 backend)
{
	struct sock_slot *slot;
	__u32 place, known = 0;
	_Bool below;

	for (__u32 step = SEARCH_FROM; step; step >>= 1) {
		place = first + known + step - 1;
		slot = bpf_map_lookup_elem(&sock_slots, &place);
		below = slot && known + step <= count && slot->backend <= backend;
		known += below ? step : 0;
		hide(known, backend);
	}
	place = first + known - 1;
	slot = known ? bpf_map_lookup_elem(&sock_slots, &place) : 0;
	return slot && slot->backend == backend ? place : 0;
}

struct sock_choice {
	__u32 service;
	__u32 block;
	__u32 active;
	struct sock_slot *backend;
};

sock_stage read_service(struct sock_choice *choice, __u32 *affinity)
{
	struct sock_service *service = bpf_map_lookup_elem(&sock_services, &choice->service);
	__u64 published;

	if (!service)
		return SOCK_REFUSE_NO_SERVICE;
	published = load_word(&service->block);
	choice->block = published;
	choice->active = published >> 32;
	*affinity = service->affinity;
	if (!choice->block)
		return SOCK_REFUSE_NO_SERVICE;
	if (choice->active)
		return SOCK_GO_ON;
	return service->flags & SOCK_UNREACHABLE ? SOCK_REFUSE_NO_LOCAL_BACKEND : SOCK_REFUSE_NO_BACKEND;
}

sock_stage choose_any(struct sock_choice *choice)
{
	__u32 place = choice->block + 1 + (bpf_get_prandom_u32() * (__u64)choice->active >> 32);

	choice->backend = bpf_map_lookup_elem(&sock_slots, &place);
	return choice->backend ? SOCK_GO_ON : SOCK_REFUSE_NO_ENTRY;
}

static __always_inline __u32 place_of_draining(const struct sock_choice *choice, __u32 backend)
{
	struct sock_slot *header = bpf_map_lookup_elem(&sock_slots, &choice->block);

	return header ? place_of(choice->block + 1 + choice->active, header->draining, backend) : 0;
}

/* seconds: 0, for as long as the backend is there. */
static __always_inline _Bool choose_same(struct sock_choice *choice, const struct sock_affinity_key *key,
					 __u32 seconds)
{
	struct sock_affinity *known = bpf_map_lookup_elem(&sock_affinities, key);
	__u64 now;
	__u32 place;

	if (!known)
		return 0;
	if (seconds) {
		now = bpf_ktime_get_ns();
		if (now - known->last_used > seconds * SOCK_SECOND)
			return 0;
		known->last_used = now;
	}
	place = place_of(choice->block + 1, choice->active, known->backend);
	if (!place && !seconds)
		place = place_of_draining(choice, known->backend);
	choice->backend = place ? bpf_map_lookup_elem(&sock_slots, &place) : 0;
	return choice->backend != 0;
}

static __always_inline void keep_choice(const struct sock_choice *choice, const struct sock_affinity_key *key)
{
	struct sock_affinity chosen = {.last_used = bpf_ktime_get_ns(), .backend = choice->backend->backend};

	bpf_map_update_elem(&sock_affinities, key, &chosen, BPF_ANY);
}

/* same: whether the client had it before. */
sock_stage choose_for(struct sock_choice *choice, const struct sock_affinity_key *key, __u32 seconds,
		      _Bool *same)
{
	enum sock_verdict v;

	*same = choose_same(choice, key, seconds);
	if (*same)
		return SOCK_GO_ON;
	v = choose_any(choice);
	if (!v)
		keep_choice(choice, key);
	return v;
}

sock_stage choose_backend(const struct sock_call *call, _Bool datagram, struct sock_choice *choice,
			  _Bool *same)
{
	struct sock_affinity_key key = {.service = choice->service};
	__u32 affinity;
	enum sock_verdict v;

	v = read_service(choice, &affinity);
	if (v)
		return v;
	if (!affinity && !datagram)
		return choose_any(choice);
	key.client = affinity ? SOCK_CLIENT_NAMESPACE : SOCK_CLIENT_SOCKET;
	key.cookie = affinity ? call->netns : call->cookie;
	return choose_for(choice, &key, affinity, same);
}
