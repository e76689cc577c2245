/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Whom a socket reached by a service: its backend is shown to it as the service. */
#pragma once
#include "sock_call.h"
#include "sock_maps.h"

static __always_inline struct sock_peer_key peer_key(const struct sock_call *call, const __be32 address[4],
						     __be16 port)
{
	struct sock_peer_key key = {.cookie = call->cookie, .port = port, .protocol = call->protocol};

	copy_address(key.address, address);
	return key;
}

static __always_inline _Bool same_words(const __be32 a[4], const __be32 b[4])
{
	return a[3] == b[3] && a[2] == b[2] && a[1] == b[1] && a[0] == b[0];
}

static __always_inline _Bool is_remembered(const struct sock_peer *known, const struct sock_call *call,
					   __u32 backend)
{
	return known && known->port == call->port && known->backend == backend &&
	       same_words(known->address, call->address);
}

/* Written only when it says something new: a socket sends many datagrams to one backend. */
static __always_inline long remember_peer(const struct sock_call *call, const struct sock_slot *backend)
{
	struct sock_peer_key key = peer_key(call, backend->address, backend->port);
	struct sock_peer peer = {.port = call->port, .backend = backend->backend, .netns = call->netns};

	if (is_remembered(bpf_map_lookup_elem(&sock_peers, &key), call, peer.backend))
		return 0;
	copy_address(peer.address, call->address);
	return bpf_map_update_elem(&sock_peers, &key, &peer, BPF_ANY);
}

static __always_inline struct sock_connection *connection_place(const struct sock_call *call)
{
	__u32 place = call->cookie & config.connections_mask;

	return bpf_map_lookup_elem(&sock_connections, &place);
}

#define store_word(word, value) (*(volatile __u64 *)(word) = (value))

/* Who reads meanwhile sees no connection, or a whole one. */
static __always_inline void remember_connection(const struct sock_call *call, const struct sock_slot *backend)
{
	struct sock_connection *place = connection_place(call);

	if (!place)
		return;
	store_word(&place->cookie, 0);
	place->netns = call->netns;
	copy_address(place->address, call->address);
	copy_address(place->backend_address, backend->address);
	place->port = call->port;
	place->backend_port = backend->port;
	place->backend = backend->backend;
	store_word(&place->cookie, call->cookie);
}

/* Only without the name of whom its datagrams come from a socket would take answers for somebody else's. */
static __always_inline long remember(const struct sock_call *call, const struct sock_slot *backend)
{
	if (call->protocol == IPPROTO_UDP)
		return remember_peer(call, backend);
	remember_connection(call, backend);
	return 0;
}

/*
 * A socket may talk to a backend by the service first and by its own name later: as it did last, it is
 * answered. What a connected IPv6 socket sends to IPv4 comes by here, too, and names the backend that it was
 * given.
 */
static __always_inline void forget_peer(const struct bpf_sock_addr *ctx, const struct sock_call *call)
{
	struct sock_peer_key key = peer_key(call, call->address, call->port);

	if (ctx->sk->state != BPF_TCP_ESTABLISHED && bpf_map_lookup_elem(&sock_peers, &key))
		bpf_map_delete_elem(&sock_peers, &key);
}

static __always_inline struct sock_connection *recall_connection(const struct sock_call *call)
{
	struct sock_connection *place = call->protocol == IPPROTO_TCP ? connection_place(call) : 0;

	if (!place || place->cookie != call->cookie || place->backend_port != call->port)
		return 0;
	return same_words(place->backend_address, call->address) ? place : 0;
}

/* Of TCP what an earlier release has noted. */
static __always_inline struct sock_peer *recall_peer(const struct sock_call *call)
{
	struct sock_peer_key key = peer_key(call, call->address, call->port);

	return bpf_map_lookup_elem(&sock_peers, &key);
}
