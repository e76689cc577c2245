/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What pod_tc remembers. A connection has two entries in `pod_flows`: how its packets look, and what they
 * become; and the same for their answers. So the key of one is the other's value, turned round.
 *
 * An address is as in struct address: IPv4 is the first word, and the others are 0.
 */
#pragma once
#include <linux/types.h>

/* device: the pod's, by its index. family: AF_INET, AF_INET6. */
struct pod_flow_key {
	__be32 source[4];
	__be32 destination[4];
	__be16 source_port;
	__be16 destination_port;
	__u32 device;
	__u8 protocol;
	__u8 family;
	__u8 pad[6];
} __attribute__((aligned(8)));

/* What was seen of a connection, noted at both entries. */
enum pod_seen { POD_SEEN_ANSWER = 1, POD_SEEN_POD_FIN = 2, POD_SEEN_BACKEND_FIN = 4, POD_SEEN_RST = 8 };

/* Which of the two entries it is; and how the connection is. */
enum pod_flow_kind {
	POD_ANSWERS = 1,    /* of its answers */
	POD_ITSELF = 2,     /* the pod's to itself */
	POD_OTHER_PORT = 4, /* to no service: its port alone is another */
};

/* last_seen: in jiffies. service, backend: as in maps/sock.h. */
struct pod_flow {
	__be32 source[4];
	__be32 destination[4];
	__be16 source_port;
	__be16 destination_port;
	__u32 service;
	__u32 backend;
	__u32 last_seen;
	__u8 seen; /* enum pod_seen */
	__u8 kind; /* enum pod_flow_kind */
	__u8 pad[6];
} __attribute__((aligned(8)));

/* A packet in fragments, of which only the first has ports: what their addresses become. */
struct pod_fragment_key {
	__be32 source[4];
	__be32 destination[4];
	__be32 id;
	__u32 device;
	__u8 protocol;
	__u8 family;
	__u8 pad[6];
} __attribute__((aligned(8)));

struct pod_fragment {
	__be32 source[4];
	__be32 destination[4];
	__u32 verdict; /* enum pod_verdict */
	__u32 pad;
} __attribute__((aligned(8)));

_Static_assert(sizeof(struct pod_flow_key) == 48, "no hidden padding");
_Static_assert(sizeof(struct pod_flow) == 56, "no hidden padding");
_Static_assert(sizeof(struct pod_fragment_key) == 48, "no hidden padding");
_Static_assert(sizeof(struct pod_fragment) == 40, "no hidden padding");
