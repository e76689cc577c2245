/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sock_lb and pod_tc know of services, in maps that they share. User space sets the sizes before
 * loading. */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "../include/maps/sock.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct sock_frontend_key);
	__type(value, struct sock_frontend);
} sock_frontends SEC(".maps");

/* One less than there are buckets, a power of two. */
const volatile __u32 frontends4_mask = 0;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sock_bucket4);
} sock_frontends4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sock_service);
} sock_services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sock_slot);
} sock_slots SEC(".maps");

/* The addresses that a frontend without one stands for; the value says nothing. */
struct sock_address {
	__be32 words[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct sock_address);
	__type(value, __u32);
} sock_node_addresses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct sock_affinity_key);
	__type(value, struct sock_affinity);
} sock_affinities SEC(".maps");
