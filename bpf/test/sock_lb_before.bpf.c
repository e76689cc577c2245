/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* sock_lb as another release might have it: tables whose keys and values lie otherwise, and hold more. */
#define sock_service      sock_service_now
#define sock_backend      sock_backend_now
#define sock_affinity_key sock_affinity_key_now
#define sock_peer         sock_peer_now
#include "../include/maps/sock.h"
#undef sock_service
#undef sock_backend
#undef sock_affinity_key
#undef sock_peer

struct sock_service {
	__u32 flags;
	__u32 affinity;
	__u32 block;
	__u32 active;
	__u64 made;
};

struct sock_backend {
	__be16 port;
	__u16 pad;
	__u32 weight;
	__be32 address[4];
};

struct sock_affinity_key {
	__u32 client;
	__u32 service;
	__u64 cookie;
};

struct sock_peer {
	__u64 netns;
	__u64 first_seen;
	__be32 address[4];
	__u32 backend;
	__be16 port;
	__u16 pad;
};

#include "../sock_lb.bpf.c"
