/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Maps and configuration of sock_lb, beside the tables of services. User space sets the sizes before loading.
 */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "../include/sock.h"
#include "../include/maps/counters.h"
#include "sock_tables.h"

const volatile struct sock_settings config = {};

/* No program looks into it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sock_backend);
} sock_backends SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sock_connection);
} sock_connections SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct sock_peer_key);
	__type(value, struct sock_peer);
} sock_peers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct sock_subject);
	__type(value, __u32);
} sock_subjects SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sock_switches);
} sock_switches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, VERDICT_LINES);
	__type(key, __u32);
	__type(value, __u64);
} sock_counters SEC(".maps");

/* Types that user space needs by name and no map's type leads to. Not loaded: libbpf skips the section. */
struct sock_types {
	enum sock_verdict verdict;
	enum sock_frontend_flag frontend_flag;
	enum sock_service_flag service_flag;
	enum sock_client client;
	enum sock_subject_kind subject_kind;
	enum sock_treatment treatment;
};

const struct sock_types sock_types SEC(".export") = {};
