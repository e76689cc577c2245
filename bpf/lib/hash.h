/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * One keyed 64-bit mix for every table: hash(seed, words…) starts from the seed and takes h = fmix64(h ^
 * word) for each word, which is read little-endian. fmix64 is murmur3's finaliser. The key keeps strangers
 * from choosing packets that share a line. packages/lb-maps computes the same.
 */
#pragma once
#include "mix.h"
#include "packet.h"
#include "maps.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tables are laid out for little-endian machines");

/* Of a packet's way: who sends it, and both ports. Where it goes is left out, so that VIPs share a ring's
 * choice. */
static __always_inline __u64 hash_flow(__u8 family, __u8 protocol, struct address source, __be16 source_port,
				       __be16 destination_port)
{
	__u64 ports = source_port | (__u64)destination_port << 16;
	__u64 hash = config.hash_key1 ^ protocol;

	if (family == AF_INET)
		return fmix64(hash ^ (source.low | ports << 32));
	hash = fmix64(hash ^ source.low);
	hash = fmix64(hash ^ source.high);
	return fmix64(hash ^ ports);
}

/* Where on its service's ring a packet belongs: by its flow, or by its client alone. */
static __always_inline __u64 hash_slot(const struct packet *packet, __u16 flags)
{
	if (unlikely(flags & SERVICE_AFFINITY))
		return hash_flow(packet->family, 0, packet->source, 0, 0);
	return hash_flow(packet->family, packet->protocol, packet->source, packet->source_port,
			 packet->destination_port);
}

/* The same as hash_flow with the destination, for the NAT tables. Cheap: destinations are ours, nobody else
 * can choose them. */
static __always_inline __u64 hash_nat(__u64 flow, struct address destination)
{
	return flow ^ (destination.low ^ destination.high) * 0x9e3779b97f4a7c15ULL;
}
