/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A load balancer with one service and one backend, for tests of backends: what comes for the service is put
 * into IPIP, or sent to the backend with the option that names the service, and left to the kernel's routing.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "../lib/checksum.h"

/* The family of the header around packets; 0: the option. */
const volatile __u32 outer_family;
const volatile __be32 vip4;
const volatile __be32 vip6[4];
const volatile __be32 backend4;
const volatile __be32 backend6[4];
const volatile __be32 source4;
const volatile __be32 source6[4];
const volatile __be16 port; /* of the service, in the option */
const volatile __be16 backend_port;

struct transport {
	__be16 source;
	__be16 destination;
	__u16 udp_length;
	__u16 udp_checksum;
	__be32 acknowledgement;
	__u8 offset;
	__u8 flags;
	__be16 window;
	__u16 tcp_checksum;
};

struct option4 {
	__be32 type_length_port;
	__be32 address;
};

struct option6 {
	__u8 next;
	__u8 length;
	__u8 type;
	__u8 option_length;
	__be32 address[4];
	__be16 port;
	__u16 padding;
};

#define TCP_SYN 2

static __always_inline int grow(struct xdp_md *ctx, void *kept, const __u32 keep, const __u32 more)
{
	void *data = (void *)(long)ctx->data;

	if (data + keep > (void *)(long)ctx->data_end)
		return 1;
	__builtin_memcpy(kept, data, keep);
	if (bpf_xdp_adjust_head(ctx, -(int)more))
		return 1;
	data = (void *)(long)ctx->data;
	if (data + keep + more > (void *)(long)ctx->data_end)
		return 1;
	__builtin_memcpy(data, kept, keep);
	return 0;
}

static __always_inline int put_outer4(struct xdp_md *ctx, __u8 protocol, __u16 length)
{
	struct ethhdr kept;
	struct iphdr *ip;
	__u16 *words;
	__u64 sum = 0;

	if (grow(ctx, &kept, sizeof(kept), sizeof(*ip)))
		return XDP_ABORTED;
	ip = (void *)(long)ctx->data + sizeof(kept);
	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	((struct ethhdr *)(long)ctx->data)->h_proto = bpf_htons(ETH_P_IP);
	*ip = (struct iphdr){.version = 4, .ihl = 5, .ttl = 64, .protocol = protocol};
	ip->tot_len = bpf_htons(length + sizeof(*ip));
	ip->saddr = source4;
	ip->daddr = backend4;
	words = (void *)ip;
	for (int i = 0; i < 10; i++)
		sum += words[i];
	ip->check = ~fold(sum);
	return XDP_PASS;
}

static __always_inline void copy_address(struct in6_addr *to, const volatile __be32 from[4])
{
	for (int i = 0; i < 4; i++)
		to->s6_addr32[i] = from[i];
}

static __always_inline int put_outer6(struct xdp_md *ctx, __u8 protocol, __u16 length)
{
	struct ethhdr kept;
	struct ipv6hdr *ip;

	if (grow(ctx, &kept, sizeof(kept), sizeof(*ip)))
		return XDP_ABORTED;
	ip = (void *)(long)ctx->data + sizeof(kept);
	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	((struct ethhdr *)(long)ctx->data)->h_proto = bpf_htons(ETH_P_IPV6);
	*ip = (struct ipv6hdr){.version = 6, .hop_limit = 64, .nexthdr = protocol};
	ip->payload_len = bpf_htons(length);
	copy_address(&ip->saddr, source6);
	copy_address(&ip->daddr, backend6);
	return XDP_PASS;
}

/* The destination becomes the backend; says whether the option goes with it, or -1. */
static __always_inline int translate(struct transport *transport, void *end, __u8 protocol, __u64 change)
{
	if ((void *)transport + 8 > end)
		return -1;
	change += change16(transport->destination, backend_port);
	transport->destination = backend_port;
	if (protocol == IPPROTO_UDP) {
		if (transport->udp_checksum)
			transport->udp_checksum = update_checksum(transport->udp_checksum, change);
		return 1;
	}
	if (protocol != IPPROTO_TCP || (void *)(transport + 1) > end)
		return -1;
	transport->tcp_checksum = update_checksum(transport->tcp_checksum, change);
	return transport->flags & TCP_SYN;
}

static __always_inline int mark4(struct xdp_md *ctx, struct iphdr *ip, void *end)
{
	struct option4 *option;
	__u8 kept[ETH_HLEN + sizeof(*ip)];
	__u64 change = change32(ip->daddr, backend4);
	int marked = translate((void *)(ip + 1), end, ip->protocol, change);
	__be32 *first = (void *)ip;
	__be32 before = *first;

	if (marked < 0)
		return XDP_PASS;
	ip->daddr = backend4;
	if (!marked) {
		ip->check = update_checksum(ip->check, change);
		return XDP_PASS;
	}
	ip->ihl += 2;
	ip->tot_len = bpf_htons(bpf_ntohs(ip->tot_len) + sizeof(*option));
	change += change32(before, *first) + change32(0, bpf_htonl(0x9a080000 | bpf_ntohs(port))) +
		  change32(0, vip4);
	ip->check = update_checksum(ip->check, change);
	if (grow(ctx, kept, sizeof(kept), sizeof(*option)))
		return XDP_ABORTED;
	option = (void *)(long)ctx->data + sizeof(kept);
	if ((void *)(option + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	option->type_length_port = bpf_htonl(0x9a080000 | bpf_ntohs(port));
	option->address = vip4;
	return XDP_PASS;
}

static __always_inline int mark6(struct xdp_md *ctx, struct ipv6hdr *ip, void *end)
{
	struct option6 *option;
	__u8 kept[ETH_HLEN + sizeof(*ip)];
	__u8 next = ip->nexthdr;
	__u64 change = 0;
	int marked;

	for (int i = 0; i < 4; i++)
		change += change32(ip->daddr.s6_addr32[i], backend6[i]);
	marked = translate((void *)(ip + 1), end, next, change);
	if (marked < 0)
		return XDP_PASS;
	copy_address(&ip->daddr, backend6);
	if (!marked)
		return XDP_PASS;
	ip->nexthdr = IPPROTO_DSTOPTS;
	ip->payload_len = bpf_htons(bpf_ntohs(ip->payload_len) + sizeof(*option));
	if (grow(ctx, kept, sizeof(kept), sizeof(*option)))
		return XDP_ABORTED;
	option = (void *)(long)ctx->data + sizeof(kept);
	if ((void *)(option + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*option =
		(struct option6){.next = next, .length = 2, .type = 0x1b, .option_length = 20, .port = port};
	for (int i = 0; i < 4; i++)
		option->address[i] = vip6[i];
	return XDP_PASS;
}

static __always_inline _Bool is_vip6(const struct ipv6hdr *ip)
{
	for (int i = 0; i < 4; i++)
		if (ip->daddr.s6_addr32[i] != vip6[i])
			return 0;
	return 1;
}

SEC("xdp")
int dispatch(struct xdp_md *ctx)
{
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ipv6 = (void *)(ethernet + 1);
	struct iphdr *ipv4 = (void *)(ethernet + 1);
	__u16 length;

	if ((void *)(ipv4 + 1) > end)
		return XDP_PASS;
	if (ethernet->h_proto == bpf_htons(ETH_P_IP) && ipv4->daddr == vip4) {
		length = bpf_ntohs(ipv4->tot_len);
		if (!outer_family)
			return mark4(ctx, ipv4, end);
		return outer_family == 4 ? put_outer4(ctx, IPPROTO_IPIP, length)
					 : put_outer6(ctx, IPPROTO_IPIP, length);
	}
	if (ethernet->h_proto != bpf_htons(ETH_P_IPV6) || (void *)(ipv6 + 1) > end || !is_vip6(ipv6))
		return XDP_PASS;
	length = bpf_ntohs(ipv6->payload_len) + sizeof(*ipv6);
	if (!outer_family)
		return mark6(ctx, ipv6, end);
	return outer_family == 4 ? put_outer4(ctx, IPPROTO_IPV6, length)
				 : put_outer6(ctx, IPPROTO_IPV6, length);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
