/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The reset that a service without backends would send. */
#pragma once
#include "pod_packet.h"

#define REFUSED_HOPS 64

struct reset4 {
	struct iphdr ip;
	struct tcphdr tcp;
};

struct reset6 {
	struct ipv6hdr ip;
	struct tcphdr tcp;
};

/* RFC 9293, 3.5.2. Its checksum is still without the addresses' sum. */
static __always_inline void turn_to_reset(struct tcphdr *tcp, const struct tcphdr *asked)
{
	*tcp = (struct tcphdr){
		.source = asked->dest,
		.dest = asked->source,
		.doff = sizeof(*tcp) / 4,
		.rst = 1,
	};
	if (asked->ack) {
		tcp->seq = asked->ack_seq;
		return;
	}
	tcp->ack = 1;
	tcp->ack_seq = bpf_htonl(bpf_ntohl(asked->seq) + asked->syn);
}

static __always_inline _Bool write_reset4(struct context *ctx, struct reset4 *answer)
{
	__be32 pseudo = bpf_htonl(IPPROTO_TCP << 16 | sizeof(answer->tcp));
	struct tcphdr tcp;
	struct iphdr asked;
	__s64 sum;

	if (bpf_skb_load_bytes(ctx, sizeof(struct ethhdr), &asked, sizeof(asked)) || asked.ihl != 5 ||
	    bpf_skb_load_bytes(ctx, sizeof(struct ethhdr) + sizeof(asked), &tcp, sizeof(tcp)))
		return 0;
	answer->ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tot_len = bpf_htons(sizeof(*answer)),
		.ttl = REFUSED_HOPS,
		.protocol = IPPROTO_TCP,
		.saddr = asked.daddr,
		.daddr = asked.saddr,
	};
	answer->ip.check = ~fold(bpf_csum_diff(0, 0, (void *)&answer->ip, sizeof(answer->ip), 0));
	turn_to_reset(&answer->tcp, &tcp);
	sum = bpf_csum_diff(0, 0, &pseudo, sizeof(pseudo), 0);
	sum = bpf_csum_diff(0, 0, (void *)&answer->ip.saddr, 2 * sizeof(answer->ip.saddr), sum);
	sum = bpf_csum_diff(0, 0, (void *)&answer->tcp, sizeof(answer->tcp), sum);
	answer->tcp.check = ~fold(sum);
	return 1;
}

static __always_inline _Bool write_reset6(struct context *ctx, struct reset6 *answer)
{
	__be32 pseudo[2] = {bpf_htonl(sizeof(answer->tcp)), bpf_htonl(IPPROTO_TCP)};
	struct tcphdr tcp;
	struct ipv6hdr asked;
	__s64 sum;

	if (bpf_skb_load_bytes(ctx, sizeof(struct ethhdr), &asked, sizeof(asked)) ||
	    asked.nexthdr != IPPROTO_TCP ||
	    bpf_skb_load_bytes(ctx, sizeof(struct ethhdr) + sizeof(asked), &tcp, sizeof(tcp)))
		return 0;
	answer->ip = (struct ipv6hdr){
		.version = 6,
		.payload_len = bpf_htons(sizeof(answer->tcp)),
		.nexthdr = IPPROTO_TCP,
		.hop_limit = REFUSED_HOPS,
		.saddr = asked.daddr,
		.daddr = asked.saddr,
	};
	turn_to_reset(&answer->tcp, &tcp);
	sum = bpf_csum_diff(0, 0, pseudo, sizeof(pseudo), 0);
	sum = bpf_csum_diff(0, 0, (void *)&answer->ip.saddr, 2 * sizeof(answer->ip.saddr), sum);
	sum = bpf_csum_diff(0, 0, (void *)&answer->tcp, sizeof(answer->tcp), sum);
	answer->tcp.check = ~fold(sum);
	return 1;
}
