/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A map of the same name and sizes as one of gen.bpf.c, with other types in it. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct short_counter {
	__u32 packets;
	__be32 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct short_counter);
} counters SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx __attribute__((unused)))
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&counters, &key) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
