// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Sends UDP over IPv4 back to where it came from, by XDP_TX, and counts it; passes everything else.
 * For tests of the testbed: it shows that a link carries what XDP sends.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} reflected SEC(".maps");

static void swap_bytes(void *a, void *b, int size)
{
	__u8 *x = a, *y = b;

	for (int i = 0; i < size; i++) {
		__u8 byte = x[i];

		x[i] = y[i];
		y[i] = byte;
	}
}

SEC("xdp")
int reflect(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	__u32 key = 0;
	__u64 *count;

	if ((void *)(udp + 1) > (void *)(long)ctx->data_end)
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;

	swap_bytes(eth->h_source, eth->h_dest, ETH_ALEN);
	swap_bytes(&ip->saddr, &ip->daddr, sizeof(ip->saddr));
	swap_bytes(&udp->source, &udp->dest, sizeof(udp->source));

	count = bpf_map_lookup_elem(&reflected, &key);
	if (count)
		__sync_fetch_and_add(count, 1);
	return XDP_TX;
}

char _license[] SEC("license") = "Dual BSD/GPL";
