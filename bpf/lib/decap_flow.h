/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What options have said about flows: noted when they arrive, asked when replies leave, shortened when a
 * connection ends. */
#pragma once
#include <linux/in.h>
#include "decap_address.h"

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

static __always_inline __u32 seconds_now(void)
{
	return (config.coarse_clock ? bpf_ktime_get_coarse_ns() : bpf_ktime_get_ns()) / 1000000000;
}

static __always_inline __u32 flow_timeout(const struct decap_flow *flow, __u8 protocol)
{
	const __u8 both = DECAP_SEEN_CLIENT_FIN | DECAP_SEEN_SERVER_FIN;

	if (protocol != IPPROTO_TCP)
		return config.timeout_udp;
	if (flow->seen & DECAP_SEEN_RST)
		return config.timeout_reset;
	return (flow->seen & both) == both ? config.timeout_closing : config.timeout_tcp;
}

static __always_inline _Bool is_expired(const struct decap_flow *flow, __u8 protocol, __u32 now)
{
	return now - flow->last_seen > flow_timeout(flow, protocol);
}

/* A cache line is written once a second at most. */
static __always_inline void touch(struct decap_flow *flow, __u32 now)
{
	if (flow->last_seen != now)
		flow->last_seen = now;
}

static __always_inline void see(struct decap_flow *flow, __u8 seen)
{
	if ((flow->seen & seen) != seen)
		flow->seen |= seen;
}

static __always_inline _Bool same_words(const __be32 a[4], const __be32 b[4])
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]));
}

/* An option always means a new beginning, or the same one again. */
static __always_inline _Bool note_flow(const struct decap_flow_key *key, const struct decap_flow *wanted)
{
	struct decap_flow *known = bpf_map_lookup_elem(&decap_flows, key);

	if (known && known->vip_port == wanted->vip_port && !known->seen &&
	    same_words(known->vip, wanted->vip)) {
		touch(known, wanted->last_seen);
		return 1;
	}
	return !bpf_map_update_elem(&decap_flows, key, wanted, BPF_ANY);
}

/*
 * A packet without an option. Where every packet that begins something has one, its flow is with the server
 * itself, and what was noted before is over. A client's FIN or RST shortens it.
 */
static __always_inline void note_plain(const struct decap_flow_key *key, __u8 tcp_flags)
{
	struct decap_flow *flow;

	if (key->protocol == IPPROTO_UDP || (tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
		bpf_map_delete_elem(&decap_flows, key);
		return;
	}
	flow = bpf_map_lookup_elem(&decap_flows, key);
	if (flow)
		see(flow, tcp_flags & TCP_RST ? DECAP_SEEN_RST : DECAP_SEEN_CLIENT_FIN);
}

/* A server that sends on has not been reset, whoever said so. */
static __always_inline void note_reply(struct decap_flow *flow, __u8 protocol, __u8 tcp_flags, __u32 now)
{
	touch(flow, now);
	if (protocol != IPPROTO_TCP)
		return;
	if (tcp_flags & TCP_RST)
		see(flow, DECAP_SEEN_RST);
	else if (flow->seen & DECAP_SEEN_RST)
		flow->seen &= ~DECAP_SEEN_RST;
	if (tcp_flags & TCP_FIN)
		see(flow, DECAP_SEEN_SERVER_FIN);
}
