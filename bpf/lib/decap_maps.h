/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Maps and configuration of the programs on a backend. User space sets the sizes before loading. */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "../include/decap.h"
#include "../include/maps/counters.h"
#include "../include/maps/decap.h"

const volatile struct decap_settings config = {};

struct decap_prefixes {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct decap_prefix);
	__type(value, __u32);
};

struct decap_prefixes decap_sources SEC(".maps");
struct decap_prefixes decap_vips SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct decap_address);
	__type(value, __u32);
} decap_own SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct decap_flow_key);
	__type(value, struct decap_flow);
} decap_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct decap_fragment_key);
	__type(value, struct decap_address);
} decap_fragments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, VERDICT_LINES);
	__type(key, __u32);
	__type(value, struct counter);
} decap_counters SEC(".maps");

/* Types that user space needs by name and no map's type leads to. Not loaded: libbpf skips the section. */
struct decap_types {
	enum decap_verdict verdict;
	enum decap_seen seen;
};

const struct decap_types decap_types SEC(".export") = {};
