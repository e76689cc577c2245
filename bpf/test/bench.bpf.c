/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What benchmarks run. BPF_PROG_RUN does not restore a packet between repeats, so a program that rewrites is
 * driven by a wrapper that writes the headers again, for the next flow, and tail-calls it. Beside it, the
 * floors.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define HEADERS4 54
#define HEADERS6 74
#define FRAME4   60
#define FRAME6   74

/* A flow differs in the last word of its source address and in its ports. */
struct bench_flow {
	__be32 source;
	__be16 source_port;
	__be16 destination_port;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bench_flow);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

/*
 * Written before each sample. The flows come in the order in which they lie, so reading them costs no cache
 * miss; user space scrambles them. Their number is a power of two.
 */
struct bench_state {
	__u64 headers[10];
	__u32 mask;
	__u32 next;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bench_state);
} state SEC(".maps");

static __always_inline int restore(struct xdp_md *ctx, __u32 length, __u32 source, __u32 ports)
{
	void *data = (void *)(long)ctx->data;
	struct bench_state *now;
	struct bench_flow *flow;
	__u32 key = 0;

	now = bpf_map_lookup_elem(&state, &key);
	if (!now || data + length > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	key = now->next++ & now->mask;
	flow = bpf_map_lookup_elem(&flows, &key);
	if (!flow)
		return XDP_ABORTED;
	__builtin_memcpy(data, now->headers, length);
	*(__be32 *)(data + source) = flow->source;
	*(__u32 *)(data + ports) = *(__u32 *)&flow->source_port;
	bpf_tail_call(ctx, &target, 0);
	return XDP_ABORTED;
}

SEC("xdp")
int restore4(struct xdp_md *ctx)
{
	return restore(ctx, HEADERS4, 26, 34);
}

SEC("xdp")
int restore6(struct xdp_md *ctx)
{
	return restore(ctx, HEADERS6, 34, 54);
}

/* For programs that put a header in front: takes it off again. */
static __always_inline int shrink(struct xdp_md *ctx, long frame)
{
	long grown = ctx->data_end - ctx->data - frame;

	return grown > 0 && bpf_xdp_adjust_head(ctx, grown);
}

SEC("xdp")
int shrink4(struct xdp_md *ctx)
{
	return shrink(ctx, FRAME4) ? XDP_ABORTED : restore(ctx, HEADERS4, 26, 34);
}

SEC("xdp")
int shrink6(struct xdp_md *ctx)
{
	return shrink(ctx, FRAME6) ? XDP_ABORTED : restore(ctx, HEADERS6, 34, 54);
}

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

SEC("xdp")
int swap(struct xdp_md *ctx)
{
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	__u8 address[ETH_ALEN];

	if ((void *)(ethernet + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memcpy(address, ethernet->h_dest, ETH_ALEN);
	__builtin_memcpy(ethernet->h_dest, ethernet->h_source, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, address, ETH_ALEN);
	return XDP_TX;
}

/* What `shrink` does once for each packet: twice, so that the packet stays as it was. */
SEC("xdp")
int adjust(struct xdp_md *ctx)
{
	int size = sizeof(struct iphdr);

	if (bpf_xdp_adjust_head(ctx, -size) || bpf_xdp_adjust_head(ctx, size))
		return XDP_ABORTED;
	return XDP_DROP;
}

/* As large as what load balancers keep by flow: both families' addresses, and a small record. */
struct bench_lru_key {
	__u64 words[5];
};

struct bench_lru_value {
	__u64 words[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1 << 17);
	__type(key, struct bench_lru_key);
	__type(value, struct bench_lru_value);
} lru SEC(".maps");

/* A record for a flow that was never seen. Once the map is full, another is evicted for it. */
SEC("xdp")
int lru_insert(struct xdp_md *ctx)
{
	struct bench_lru_value value = {};
	struct bench_lru_key flow = {};
	struct bench_state *now;
	__u32 key = 0;

	(void)ctx;
	now = bpf_map_lookup_elem(&state, &key);
	if (!now)
		return XDP_ABORTED;
	flow.words[0] = now->next++;
	return bpf_map_update_elem(&lru, &flow, &value, BPF_NOEXIST) ? XDP_ABORTED : XDP_DROP;
}

struct encapsulated {
	struct ethhdr ethernet;
	struct iphdr ip;
} __attribute__((packed));

SEC("xdp")
int encapsulate(struct xdp_md *ctx)
{
	struct encapsulated *outer;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct iphdr)))
		return XDP_ABORTED;
	outer = (void *)(long)ctx->data;
	if ((void *)(outer + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	outer->ethernet =
		(struct ethhdr){.h_dest = {2, 1}, .h_source = {2, 2}, .h_proto = bpf_htons(ETH_P_IP)};
	outer->ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tot_len = bpf_htons(66),
		.ttl = 64,
		.protocol = IPPROTO_IPIP,
		.check = bpf_htons(0x66a5),
		.saddr = bpf_htonl(0x0a010001),
		.daddr = bpf_htonl(0x0a010014),
	};
	return XDP_TX;
}

/* The share of a route lookup, which every forwarded packet takes: for the packet as it is. */
SEC("xdp")
int route4(struct xdp_md *ctx)
{
	struct bpf_fib_lookup fib = {.family = 2, .ifindex = ctx->ingress_ifindex};
	struct encapsulated *packet = (void *)(long)ctx->data;

	if ((void *)(packet + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	fib.ipv4_src = packet->ip.saddr;
	fib.ipv4_dst = packet->ip.daddr;
	return bpf_fib_lookup(ctx, &fib, sizeof(fib), 0) ? XDP_ABORTED : XDP_DROP;
}

SEC("xdp")
int route6(struct xdp_md *ctx)
{
	struct bpf_fib_lookup fib = {.family = 10, .ifindex = ctx->ingress_ifindex};
	struct ipv6hdr *ip = (void *)(long)ctx->data + sizeof(struct ethhdr);

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	__builtin_memcpy(fib.ipv6_src, &ip->saddr, sizeof(fib.ipv6_src));
	__builtin_memcpy(fib.ipv6_dst, &ip->daddr, sizeof(fib.ipv6_dst));
	return bpf_fib_lookup(ctx, &fib, sizeof(fib), 0) ? XDP_ABORTED : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
