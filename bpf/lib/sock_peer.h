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

static __always_inline _Bool is_remembered(const struct sock_peer *known, const struct sock_call *call,
					   __u32 backend)
{
	return known && known->port == call->port && known->backend == backend &&
	       known->address[3] == call->address[3] && known->address[2] == call->address[2] &&
	       known->address[1] == call->address[1] && known->address[0] == call->address[0];
}

/* Written only when it says something new: a socket sends many datagrams to one backend. */
static __always_inline long remember_peer(const struct sock_call *call, const struct sock_backend *backend,
					  __u32 id)
{
	struct sock_peer_key key = peer_key(call, backend->address, backend->port);
	struct sock_peer peer = {.port = call->port, .backend = id, .netns = call->netns};

	if (call->protocol == IPPROTO_UDP && is_remembered(bpf_map_lookup_elem(&sock_peers, &key), call, id))
		return 0;
	copy_address(peer.address, call->address);
	return bpf_map_update_elem(&sock_peers, &key, &peer, BPF_ANY);
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

static __always_inline struct sock_peer *recall_peer(const struct sock_call *call)
{
	struct sock_peer_key key = peer_key(call, call->address, call->port);

	return bpf_map_lookup_elem(&sock_peers, &key);
}
