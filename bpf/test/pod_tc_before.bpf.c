/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* pod_tc as another release might have it: what it remembers of connections lies otherwise. */
#define pod_flow_key pod_flow_key_now
#define pod_flow     pod_flow_now
#include "../include/maps/pod.h"
#undef pod_flow_key
#undef pod_flow

struct pod_flow_key {
	__u32 device;
	__u8 family;
	__u8 protocol;
	__be16 source_port;
	__be32 source[4];
	__be32 destination[4];
	__be16 destination_port;
	__u8 pad[6];
} __attribute__((aligned(8)));

struct pod_flow {
	__u64 first_seen;
	__u32 last_seen;
	__u32 service;
	__u32 backend;
	__be16 destination_port;
	__be16 source_port;
	__be32 destination[4];
	__be32 source[4];
	__u8 kind;
	__u8 seen;
	__u8 pad[6];
} __attribute__((aligned(8)));

#include "../pod_tc.bpf.c"
