/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct seen {
	__u32 ifindex;
	__u32 length;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);   /* device */
	__type(value, __u64); /* packets */
} packets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2048);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);   /* length */
	__type(value, __u64); /* packets */
} lengths SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} events SEC(".maps");

const volatile __u32 verdict = XDP_PASS;
__u64 dropped_events;

static void count(void *map, __u32 key)
{
	__u64 one = 1, *packets = bpf_map_lookup_elem(map, &key);

	if (packets)
		__sync_fetch_and_add(packets, 1);
	else
		bpf_map_update_elem(map, &key, &one, BPF_NOEXIST);
}

SEC("xdp")
int watch(struct xdp_md *ctx)
{
	struct seen *seen = bpf_ringbuf_reserve(&events, sizeof(*seen), 0);
	__u32 length = ctx->data_end - ctx->data;

	count(&packets, ctx->ingress_ifindex);
	count(&lengths, length);
	if (seen) {
		seen->ifindex = ctx->ingress_ifindex;
		seen->length = length;
		bpf_ringbuf_submit(seen, 0);
	} else {
		__sync_fetch_and_add(&dropped_events, 1);
	}
	return verdict;
}

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	return ctx->data_end > ctx->data ? XDP_DROP : XDP_ABORTED;
}

char _license[] SEC("license") = "GPL";
