/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which service, or which own address, is a packet for? One look at one cache line tells a stranger's packet;
 * the second choice is looked at only when the first says that something overflowed.
 */
#pragma once
#include "follow.h"
#include "hash.h"
#include "ping.h"
#include "ports.h"
#include "pulse.h"

/* What is never given to a service and stands in no bucket. */
#define SERVICE_NONE 0xfffffffdU

static __always_inline __u32 look_up4(__u64 key)
{
	__u64 hash = fmix64(config.hash_key0 ^ key);
	__u32 line = hash & config.services4_mask;
	struct service_bucket4 *bucket;
	__u64 found;

#pragma unroll
	for (int choice = 0; choice < 2; choice++) {
		bucket = bpf_map_lookup_elem(&services4, &line);
		if (!bucket)
			return SERVICE_NONE;
#pragma unroll
		for (int i = 0; i < SERVICE_BUCKET4_KEYS; i++) {
			found = load_word(&bucket->keys[i]);
			if (unrelated(found) == key)
				return *(__u32 *)after(found, &bucket->services[i]);
		}
		if (likely(!bucket->overflow))
			return SERVICE_NONE;
		line = (hash >> 32) & config.services4_mask;
	}
	return SERVICE_NONE;
}

static __always_inline __u32 look_up6(struct address address, __u32 tail)
{
	__u64 hash = fmix64(fmix64(fmix64(config.hash_key0 ^ address.low) ^ address.high) ^ tail);
	__u32 line = hash & config.services6_mask;
	struct service_bucket6 *bucket;
	__u64 found;

#pragma unroll
	for (int choice = 0; choice < 2; choice++) {
		bucket = bpf_map_lookup_elem(&services6, &line);
		if (!bucket)
			return SERVICE_NONE;
#pragma unroll
		for (int i = 0; i < SERVICE_BUCKET6_KEYS; i++) {
			found = load_word(&bucket->tails[i]);
			if (found >> 32 == tail &&
			    same_address(stored_address(after(found, bucket->addresses[i].words)), address))
				return found;
		}
		if (likely(!bucket->overflow))
			return SERVICE_NONE;
		line = (hash >> 32) & config.services6_mask;
	}
	return SERVICE_NONE;
}

/* Looks once more, for another port: rare, and read by the verifier once. */
__noinline __u32 look_again(__u64 low, __u64 high, __u32 tail, __u32 family)
{
	struct address address = {low, high};

	return family == AF_INET ? look_up4(low | (__u64)tail << 32) : look_up6(address, tail);
}

static __always_inline __u32 look_elsewhere(const struct packet *packet, __u8 protocol)
{
	struct address address = packet->destination;

	return look_again(address.low, address.high, protocol << 16 | 1U << 24, packet->family);
}

/* {port, protocol, used}: the half of a key that both families share. */
static __always_inline __u32 look_up(const struct packet *packet, __be16 port, __u8 protocol)
{
	__u32 tail = port | protocol << 16 | 1U << 24;

	if (packet->family == AF_INET)
		return look_up4(packet->destination.low | (__u64)tail << 32);
	return look_up6(packet->destination, tail);
}

/* address: what the address alone leads to. */
stage without_ports(struct context *ctx, const struct packet *packet, __u32 address)
{
	enum verdict otherwise = address == SERVICE_ADDRESS_ONLY ? packet->unreadable : VERDICT_PASS_FOREIGN;

	if (address != SERVICE_ADDRESS_ONLY && address != SERVICE_OWN_SOURCE)
		return VERDICT_PASS_FOREIGN;
	if (packet->unreadable == VERDICT_DROP_FRAGMENT)
		return follow_first(ctx, otherwise);
	return otherwise == VERDICT_REPLY_PING ? answer_ping(ctx, packet) : otherwise;
}

/* service: the service's id, or SERVICE_OWN_SOURCE for what may be a reply. */
stage find_service(struct context *ctx, const struct packet *packet, __u32 *service)
{
	*service = look_up(packet, packet->destination_port, packet->protocol);
	if (unlikely(packet->unreadable))
		return without_ports(ctx, packet, *service);
	if (*service == SERVICE_NONE && is_on(SWITCH_ANY_PORT))
		*service = look_elsewhere(packet, packet->protocol);
	if (*service != SERVICE_NONE)
		return VERDICT_GO_ON;
	if (!in_nat_range(packet->destination_port))
		return VERDICT_PASS_FOREIGN;
	*service = look_elsewhere(packet, 0);
	return *service == SERVICE_OWN_SOURCE ? VERDICT_GO_ON : VERDICT_PASS_FOREIGN;
}
