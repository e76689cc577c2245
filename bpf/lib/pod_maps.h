/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Maps and configuration of pod_tc, beside the tables of services. User space sets the sizes before loading.
 */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "../include/pod.h"
#include "../include/maps/counters.h"
#include "../include/maps/pod.h"
#include "sock_tables.h"

const volatile struct pod_settings config = {};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct pod_flow_key);
	__type(value, struct pod_flow);
} pod_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct pod_fragment_key);
	__type(value, struct pod_fragment);
} pod_fragments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, VERDICT_LINES);
	__type(key, __u32);
	__type(value, struct counter);
} pod_counters SEC(".maps");

/* Types that user space needs by name and no map's type leads to. Not loaded: libbpf skips the section. */
struct pod_types {
	enum pod_verdict verdict;
	enum pod_seen seen;
	enum pod_flow_kind kind;
	enum sock_service_flag service_flag;
};

const struct pod_types pod_types SEC(".export") = {};
