/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Tells a packet's sender that it is too big, in place: new headers before the packet, the rest cut off, back
 * the way it came, with its tags, from the address that it was sent to.
 *
 * A global function: the verifier reads it once, though packets may be too big on many ways.
 */
#pragma once
#include <linux/icmpv6.h>
#include <linux/in.h>
#include "icmp_error.h"
#include "pulse.h"
#include "vlan.h"

#define ICMP_HOPS     64
#define ICMP_PRIORITY 0xc0 /* internetwork control, as the kernel sends its errors */

/* What is quoted. IPv4: the longest header and 8 bytes (RFC 792), less than any MTU. IPv6: what 1280 leaves.
 */
#define QUOTE4 68
#define QUOTE6 1232

/* <linux/icmp.h> needs libc. RFC 1191. */
struct icmp4_too_big {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__be16 unused;
	__be16 mtu;
};

#define ICMP4_FRAG_NEEDED  4
#define IPV4_DONT_FRAGMENT 0x4000

struct too_big4 {
	struct iphdr ip;
	struct icmp4_too_big icmp;
	__u8 quote[QUOTE4];
} __attribute__((packed));

struct too_big6 {
	struct ipv6hdr ip;
	struct icmp6hdr icmp;
	__u8 quote[QUOTE6];
} __attribute__((packed));

_Static_assert(sizeof(struct too_big4) == 28 + QUOTE4, "no padding");
_Static_assert(sizeof(struct too_big6) == 48 + QUOTE6, "no padding");

/* What each CPU answers in a second, and at once after a time without (RFC 4443 2.4 f, RFC 1812 4.3.2.8). */
#define ANSWERS 1000

/* The packet that is answered, and this CPU's bucket: when it was filled last, and what it holds,
 * jiffies_per_second for an answer. */
struct answering {
	struct address source;
	struct address destination;
	__u64 filled;
	__u32 tokens;
	__u16 mtu;
	struct turning frame;
};

SCRATCH(this_answering, struct answering)

static __always_inline _Bool may_answer(struct answering *answering)
{
	__u64 time = now(), elapsed = time - answering->filled;
	__u64 most = (__u64)ANSWERS * config.jiffies_per_second;
	__u64 tokens = answering->tokens + elapsed * ANSWERS;

	if (elapsed > config.jiffies_per_second || tokens > most)
		tokens = most;
	answering->filled = time;
	answering->tokens = tokens;
	if (tokens < config.jiffies_per_second)
		return 0;
	answering->tokens = tokens - config.jiffies_per_second;
	return 1;
}

static __always_inline _Bool answer_too_big4(struct context *ctx, const struct answering *answering)
{
	struct too_big4 *answer =
		turn_round(ctx, &answering->frame, sizeof(*answer) - QUOTE4, sizeof(*answer));

	if (!answer)
		return 0;
	answer->ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tos = ICMP_PRIORITY,
		.tot_len = bpf_htons(sizeof(*answer)),
		.frag_off = bpf_htons(IPV4_DONT_FRAGMENT),
		.ttl = ICMP_HOPS,
		.protocol = IPPROTO_ICMP,
		.saddr = answering->destination.low,
		.daddr = answering->source.low,
	};
	answer->ip.check = ~fold(bpf_csum_diff(0, 0, (void *)&answer->ip, sizeof(answer->ip), 0));
	answer->icmp = (struct icmp4_too_big){
		.type = ICMP4_UNREACHABLE,
		.code = ICMP4_FRAG_NEEDED,
		.mtu = bpf_htons(answering->mtu),
	};
	answer->icmp.checksum =
		~fold(bpf_csum_diff(0, 0, (void *)&answer->icmp, sizeof(answer->icmp) + QUOTE4, 0));
	return send_back(ctx, &answering->frame, answer, sizeof(*answer));
}

/* bpf_csum_diff takes 512 bytes at most. */
static __always_inline __u16 checksum6(struct too_big6 *answer)
{
	__u32 length = sizeof(answer->icmp) + QUOTE6;
	__be32 pseudo[2] = {bpf_htonl(length), bpf_htonl(IPPROTO_ICMPV6)};
	void *bytes = &answer->icmp;
	__s64 sum;

	sum = bpf_csum_diff(0, 0, pseudo, sizeof(pseudo), 0);
	sum = bpf_csum_diff(0, 0, (void *)&answer->ip.saddr, 2 * sizeof(answer->ip.saddr), sum);
	sum = bpf_csum_diff(0, 0, bytes, 512, sum);
	sum = bpf_csum_diff(0, 0, bytes + 512, 512, sum);
	sum = bpf_csum_diff(0, 0, bytes + 1024, sizeof(answer->icmp) + QUOTE6 - 1024, sum);
	return ~fold(sum);
}

static __always_inline _Bool answer_too_big6(struct context *ctx, const struct answering *answering)
{
	struct too_big6 *answer =
		turn_round(ctx, &answering->frame, sizeof(*answer) - QUOTE6, sizeof(*answer));

	if (!answer)
		return 0;
	answer->ip = (struct ipv6hdr){
		.version = 6,
		.priority = ICMP_PRIORITY >> 4,
		.payload_len = bpf_htons(sizeof(answer->icmp) + QUOTE6),
		.nexthdr = IPPROTO_ICMPV6,
		.hop_limit = ICMP_HOPS,
	};
	__builtin_memcpy(&answer->ip.saddr, &answering->destination, sizeof(answer->ip.saddr));
	__builtin_memcpy(&answer->ip.daddr, &answering->source, sizeof(answer->ip.daddr));
	answer->icmp = (struct icmp6hdr){.icmp6_type = ICMPV6_PKT_TOOBIG};
	answer->icmp.icmp6_mtu = bpf_htonl(answering->mtu);
	answer->icmp.icmp6_cksum = checksum6(answer);
	return send_back(ctx, &answering->frame, answer, sizeof(*answer));
}

/* 1 if the frame is the answer now. */
__noinline int write_answer(struct context *ctx)
{
	struct answering *answering = this_answering();

	if (!answering || !may_answer(answering))
		return 0;
	return answering->frame.family == AF_INET ? answer_too_big4(ctx, answering)
						  : answer_too_big6(ctx, answering);
}

/* Leaves what write_answer() asks. */
stage begin_answer(const struct packet *packet, __u16 mtu)
{
	struct answering *answering = this_answering();

	if (!answering)
		return VERDICT_DROP_TOO_BIG;
	answering->source = packet->source;
	answering->destination = packet->destination;
	answering->mtu = mtu;
	answering->frame.bytes = frame_bytes(packet);
	answering->frame.network = packet->network;
	answering->frame.tags = packet->tags;
	answering->frame.family = packet->family;
	return VERDICT_GO_ON;
}

stage finish_answer(struct context *ctx)
{
	return write_answer(ctx) ? VERDICT_REPLY_TOO_BIG : VERDICT_DROP_TOO_BIG;
}

stage answer_too_big(struct context *ctx, const struct packet *packet, __u16 mtu)
{
	enum verdict v = begin_answer(packet, mtu);

	return v ? v : finish_answer(ctx);
}
