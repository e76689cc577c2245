/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which service does an address belong to? Its own frontend's; else, if it is one of this node's, that of the
 * frontend that stands for all of them. Loopback is the host's alone: a pod's own is none of the node's.
 */
#pragma once
#include "mix.h"
#include "sock_call.h"

static __always_inline struct sock_frontend *look_up_all(const __be32 address[4], __be16 port, __u8 protocol)
{
	struct sock_frontend_key key = {.port = port, .protocol = protocol};

	copy_address(key.address, address);
	return bpf_map_lookup_elem(&sock_frontends, &key);
}

static __always_inline struct sock_frontend *look_up(const __be32 address[4], __be16 port, __u8 protocol)
{
	__u64 key = address[3] | (__u64)(port | protocol << 16 | 1U << 24) << 32;
	__u32 line = fmix64(key) & frontends4_mask;
	struct sock_bucket4 *bucket;

	if (!is_mapped(address))
		return look_up_all(address, port, protocol);
	bucket = bpf_map_lookup_elem(&sock_frontends4, &line);
	if (!bucket)
		return 0;
#pragma unroll
	for (int i = 0; i < SOCK_BUCKET4_KEYS; i++)
		if (load_word(&bucket->keys[i]) == key)
			return &bucket->frontends[i];
	return bucket->overflow ? look_up_all(address, port, protocol) : 0;
}

static __always_inline _Bool is_node_address(const __be32 address[4], _Bool is_host)
{
	return is_loopback(address) ? is_host : bpf_map_lookup_elem(&sock_node_addresses, address) != 0;
}

static __always_inline struct sock_frontend *look_up_any(const __be32 address[4], __be16 port, __u8 protocol)
{
	const __be32 any[4] = {0, 0, is_mapped(address) ? MAPPED : 0, 0};

	return look_up(any, port, protocol);
}

static __always_inline struct sock_frontend *find_frontend(const struct sock_call *call, _Bool is_host)
{
	struct sock_frontend *found = look_up(call->address, call->port, call->protocol);

	if (found || !is_node_address(call->address, is_host))
		return found;
	return look_up_any(call->address, call->port, call->protocol);
}

sock_stage find_service(const struct sock_call *call, _Bool is_host, __u32 *service)
{
	const struct sock_frontend *frontend = find_frontend(call, is_host);

	if (!frontend)
		return SOCK_PASS_FOREIGN;
	*service = frontend->service;
	return SOCK_GO_ON;
}
