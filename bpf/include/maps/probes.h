/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Health probes that take the way of real traffic: which backend a probe goes to follows from the port that
 * it leaves from, as its destination is the service's address.
 */
#pragma once
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

enum probe_dispatch {
	PROBE_IPIP = 0, /* in an outer IP header from `source` to the backend */
	PROBE_L2 = 1,   /* as it is, to the MAC address of the next hop */
};

/* IPv4 in the first word, the others 0. */
struct probe_key {
	__be32 service[4];
	__be16 service_port;
	__be16 source_port;
	__u8 protocol;
	__u8 pad[3];
};

/* to: the backend, or the next hop for PROBE_L2; family: its, AF_INET or AF_INET6. device: the one towards
 * it. */
struct probe_path {
	__be32 source[4];
	__be32 to[4];
	__u32 device;
	__u8 family;
	__u8 dispatch;
	__u8 pad[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct probe_key);
	__type(value, struct probe_path);
} probe_paths SEC(".maps");

_Static_assert(sizeof(struct probe_key) == 24, "no hidden padding");
_Static_assert(sizeof(struct probe_path) == 40, "no hidden padding");
