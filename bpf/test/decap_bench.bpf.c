/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Drives the programs of a backend, which make packets shorter: a wrapper gives the packet its length back,
 * writes its headers again and tail-calls the program. Beside it, what giving back costs.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define HEADERS 144

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target_tc SEC(".maps");

struct decap_bench_state {
	__u64 headers[HEADERS / 8];
	__u32 length; /* of the packet */
	__u32 padding;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct decap_bench_state);
} state SEC(".maps");

SEC("xdp")
int restore(struct xdp_md *ctx)
{
	struct decap_bench_state *now;
	__u32 key = 0;
	long missing;
	void *data;

	now = bpf_map_lookup_elem(&state, &key);
	if (!now)
		return XDP_ABORTED;
	missing = now->length - (long)(ctx->data_end - ctx->data);
	if (missing > 0 && bpf_xdp_adjust_head(ctx, -missing))
		return XDP_ABORTED;
	data = (void *)(long)ctx->data;
	if (data + HEADERS > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memcpy(data, now->headers, HEADERS);
	bpf_tail_call(ctx, &target, 0);
	return XDP_ABORTED;
}

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

/* What `restore` does once for a packet that has become shorter: twice, so that it stays as it was. */
SEC("xdp")
int adjust(struct xdp_md *ctx)
{
	int size = 20;

	if (bpf_xdp_adjust_head(ctx, -size) || bpf_xdp_adjust_head(ctx, size))
		return XDP_ABORTED;
	return XDP_DROP;
}

SEC("tc")
int restore_tc(struct __sk_buff *skb)
{
	struct decap_bench_state *now;
	void *data = (void *)(long)skb->data;
	__u32 key = 0;

	now = bpf_map_lookup_elem(&state, &key);
	if (!now || data + HEADERS > (void *)(long)skb->data_end)
		return -2;
	__builtin_memcpy(data, now->headers, HEADERS);
	bpf_tail_call(skb, &target_tc, 0);
	return -2;
}

SEC("tc")
int drop_tc(struct __sk_buff *skb)
{
	(void)skb;
	return 2;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
