/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What sock_lb knows of services. A frontend leads to a service, a service to a block of `sock_slots`: a
 * header, then its backends, their ids ascending. A block is never changed: another one is written beside
 * it and published by one store in the service; the old one is freed a grace period later.
 *
 * An address is 16 bytes, an IPv4 one is written as ::ffff:a.b.c.d: so is one that an IPv6 socket is given.
 */
#pragma once
#include <linux/types.h>

/* Address 0: any address of this node (NodePort, HostPort). */
struct sock_frontend_key {
	__be32 address[4];
	__be16 port;
	__u8 protocol;
	__u8 pad;
};

enum sock_frontend_flag {
	SOCK_PROTECTED = 1, /* no local socket may bind it */
};

struct sock_frontend {
	__u32 service; /* index in `sock_services` */
	__u32 flags;
};

#define SOCK_BUCKET4_KEYS 3

/* An IPv4 frontend's key in one word, compared and stored whole. used: 1. */
struct sock_key4 {
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 used;
};

/*
 * The IPv4 frontends of `sock_frontends` once more, in one cache line each: a key stands in the bucket that
 * its mix leads to. overflow: some key did not fit, and is in `sock_frontends` alone; so a stranger's address
 * leaves after one look. User space writes the value first; a place is taken again after a grace period.
 */
struct sock_bucket4 {
	struct sock_key4 keys[SOCK_BUCKET4_KEYS];
	struct sock_frontend frontends[SOCK_BUCKET4_KEYS];
	__u32 overflow;
	__u32 pad[3];
};

/* UNREACHABLE: while it has no backend, its clients are told that of its address, and not that nobody
 * listens. */
enum sock_service_flag { SOCK_UNREACHABLE = 1 };

/*
 * block: where in `sock_slots`; 0: none, the service does not exist. active: how many of its backends take
 * new connections, as its header says: who makes one needs no header. Both are published by one 8-byte store.
 * affinity: seconds; 0: none.
 */
struct sock_service {
	__u32 block;
	__u32 active;
	__u32 affinity;
	__u32 flags;
};

/*
 * The first of a block is its header: how many backends take new connections, and how many after those are
 * draining, which keep what sends to them. Then a backend each, with all that a socket needs of it: a call
 * that finds the caches cold reads one line of them. In each of the two parts ids ascend.
 */
struct sock_slot {
	__u32 backend;
	__u32 draining;
	__be32 address[4];
	__be16 port;
	__u16 pad1;
	__u32 pad2;
};

/* A backend by its id, for user space: what a control plane that starts finds again. */
struct sock_backend {
	__be32 address[4];
	__be16 port;
	__u16 pad1;
	__u32 pad2;
};

/* Which backend a client has: a network namespace by its cookie, or one socket that sends datagrams. */
enum sock_client { SOCK_CLIENT_NAMESPACE, SOCK_CLIENT_SOCKET };

struct sock_affinity_key {
	__u64 cookie;
	__u32 service;
	__u32 client;
};

struct sock_affinity {
	__u64 last_used; /* nanoseconds of CLOCK_MONOTONIC */
	__u32 backend;
	__u32 pad;
};

/* What a socket that sends datagrams calls its backend: the service's name. Also: which have a backend. */
struct sock_peer_key {
	__u64 cookie;
	__be32 address[4];
	__be16 port;
	__u8 protocol;
	__u8 pad[5];
};

struct sock_peer {
	__be32 address[4];
	__be16 port;
	__u16 pad;
	__u32 backend;
	__u64 netns; /* the cookie of the socket's namespace */
};

/*
 * The same of a TCP connection, of which a socket has one. Its place is the low bits of the socket's cookie:
 * the kernel counts cookies up, so the table is written as a ring, each place beside the one before. A
 * place is taken over by the socket that comes as many later as there are places.
 */
struct sock_connection {
	__u64 cookie; /* 0: none. Written last */
	__u64 netns;
	__be32 address[4];         /* the service's */
	__be32 backend_address[4]; /* whom the name is for */
	__be16 port;
	__be16 backend_port;
	__u32 backend;
	__u64 pad;
};

/* Who is treated in another way than by its network namespace: a namespace by its cookie, a cgroup by its id,
 * with all below it. */
enum sock_subject_kind { SOCK_SUBJECT_NAMESPACE, SOCK_SUBJECT_CGROUP };
enum sock_treatment { SOCK_AS_HOST = 1, SOCK_LEFT_ALONE = 2 };

struct sock_subject {
	__u64 id;
	__u32 kind;
	__u32 pad;
};

/* What is looked for in `sock_subjects` at all. levels: bit n, cgroups n below the root. */
struct sock_switches {
	__u32 namespaces;
	__u32 levels;
};

_Static_assert(sizeof(struct sock_frontend_key) == 20, "no hidden padding");
_Static_assert(sizeof(struct sock_key4) == 8, "one word");
_Static_assert(sizeof(struct sock_bucket4) == 64, "one cache line");
_Static_assert(sizeof(struct sock_service) == 16, "on 8 bytes");
_Static_assert(sizeof(struct sock_slot) == 32, "half a cache line");
_Static_assert(sizeof(struct sock_backend) == 24, "no hidden padding");
_Static_assert(sizeof(struct sock_affinity_key) == 16, "no hidden padding");
_Static_assert(sizeof(struct sock_affinity) == 16, "no hidden padding");
_Static_assert(sizeof(struct sock_peer_key) == 32, "no hidden padding");
_Static_assert(sizeof(struct sock_peer) == 32, "no hidden padding");
_Static_assert(sizeof(struct sock_connection) == 64, "one cache line");
_Static_assert(sizeof(struct sock_subject) == 16, "no hidden padding");
