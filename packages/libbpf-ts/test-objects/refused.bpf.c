/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the verifier and the kernel refuse. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum reason { REASON_NONE };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} values SEC(".maps");

/* An enum as the key of an array: the kernel refuses its BTF. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, enum reason);
	__type(value, __u64);
} by_reason SEC(".maps");

SEC("?xdp")
int unchecked_pointer(struct xdp_md *ctx __attribute__((unused)))
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&values, &key);

	return *value;
}

SEC("?xdp")
int beyond_packet(struct xdp_md *ctx)
{
	return *(__u8 *)(long)ctx->data;
}

SEC("?xdp")
int uses_by_reason(struct xdp_md *ctx __attribute__((unused)))
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&by_reason, &key) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
