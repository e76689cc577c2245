/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What a server answers to a flow that an option began leaves in the name of the service. */
#pragma once
#include "decap_rename.h"

static __always_inline void key_of_reply(struct decap_flow_key *key, const struct leaving *packet)
{
	put_address(key->client, &packet->destination);
	put_address(key->server, &packet->source);
	key->client_port = packet->destination_port;
	key->server_port = packet->source_port;
	key->protocol = packet->protocol;
}

/* A copy: the record may be another flow's as soon as it is evicted. */
decap_stage find_flow(const struct decap_flow_key *key, __u32 now, struct decap_flow *copy,
		      struct decap_flow **found)
{
	struct decap_flow *flow = bpf_map_lookup_elem(&decap_flows, key);

	if (!flow)
		return DECAP_REPLY_PLAIN;
	if (is_expired(flow, key->protocol, now)) {
		bpf_map_delete_elem(&decap_flows, key);
		return DECAP_REPLY_EXPIRED;
	}
	*copy = *flow;
	*found = flow;
	return DECAP_GO_ON;
}

static __always_inline void key_of_fragment(struct decap_fragment_key *key, const struct leaving *packet)
{
	put_address(key->client, &packet->destination);
	put_address(key->server, &packet->source);
	key->id = packet->id;
	key->protocol = packet->protocol;
}

/* The kernel sends the fragments of a packet in order, the one with ports first. */
decap_stage translate_later(struct __sk_buff *skb, const struct leaving *packet)
{
	struct decap_fragment_key key = {};
	const struct decap_address *vip;
	struct decap_address copy;

	key_of_fragment(&key, packet);
	vip = bpf_map_lookup_elem(&decap_fragments, &key);
	if (!vip)
		return DECAP_REPLY_PLAIN;
	copy = *vip;
	return rename_source(skb, packet, copy.words) ? DECAP_REPLY_FRAGMENT_TRANSLATED : DECAP_DROP_NO_ROOM;
}

static __always_inline void remember_fragments(const struct leaving *packet, const struct decap_flow *flow)
{
	struct decap_fragment_key key = {};
	struct decap_address vip;

	key_of_fragment(&key, packet);
	__builtin_memcpy(vip.words, flow->vip, sizeof(vip.words));
	bpf_map_update_elem(&decap_fragments, &key, &vip, BPF_ANY);
}

decap_stage translate_reply(struct __sk_buff *skb, const struct leaving *packet)
{
	struct decap_flow_key key = {};
	struct decap_flow *known;
	struct decap_flow flow;
	enum decap_verdict v;
	__u32 now = seconds_now();

	key_of_reply(&key, packet);
	v = find_flow(&key, now, &flow, &known);
	if (v)
		return v;
	note_reply(known, packet->protocol, packet->flags, now);
	if (packet->first_of_many)
		remember_fragments(packet, &flow);
	if (!rename_source(skb, packet, flow.vip) || !rename_port(skb, packet, &flow))
		return DECAP_DROP_NO_ROOM;
	return DECAP_REPLY_TRANSLATED;
}
