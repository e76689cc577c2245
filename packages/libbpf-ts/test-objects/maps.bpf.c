/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A map of each kind that libbpf-ts has a class for, global variables, and programs that touch them. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct address {
	__be32 ip;
	__be16 port;
	__u8 protocol;
	__u8 pad;
};

struct prefix {
	__u32 length;
	__be32 address;
};

struct counter {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct address);
	__type(value, struct counter);
} by_address SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1000);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
} numbers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct counter);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} counters_by_key SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 8);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} devices SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
} prefixes SEC(".maps");

const volatile __u32 verdict = XDP_PASS;
const volatile __u8 enabled = 1;
__u64 runs;
__u32 first = 7;

static __always_inline void count(__u32 index, __u64 bytes)
{
	struct counter *counter = bpf_map_lookup_elem(&counters, &index);

	if (!counter)
		return;
	counter->packets++;
	counter->bytes += bytes;
}

SEC("xdp")
int count_packets(struct xdp_md *ctx)
{
	if (!enabled)
		return XDP_ABORTED;
	__sync_fetch_and_add(&runs, 1);
	count(ctx->ingress_ifindex, ctx->data_end - ctx->data);
	return verdict;
}

SEC("xdp")
int tail_call(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &programs, 1);
	return first;
}

SEC("xdp")
int grow(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_head(ctx, -16) ? XDP_ABORTED : XDP_TX;
}

SEC("?xdp")
int not_by_default(struct xdp_md *ctx __attribute__((unused)))
{
	__u32 key = 1;
	void *inner = bpf_map_lookup_elem(&outer, &key);
	__u64 *value = inner ? bpf_map_lookup_elem(inner, &key) : 0;

	return value ? *value : XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
