/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Next hops that the kernel's route lookup has told, remembered for a generation: see include/maps/hops.h. */
#pragma once
#include <linux/if_ether.h>
#include "hash.h"
#include "hook.h"
#include "pulse.h"
#include "swap.h"

#define HOP_PLACES 2

/* Where a packet goes: device and MACs; or why the kernel is to forward it. */
struct route {
	__u32 ifindex;
	__u8 destination[ETH_ALEN];
	__u16 mtu;
	__u8 source[ETH_ALEN];
	__u16 layered; /* HOP_LAYERED, or 0 */
	enum verdict stack;
};

static __always_inline __u32 noted(__u32 place, __u32 generation)
{
	return place | generation << 16;
}

/* Whether this hook can send by a hop's device: XDP can always back by the one that a packet came in by. */
static __always_inline _Bool can_send(const struct context *ctx, const struct hop *hop)
{
#ifdef HOOK_TC
	(void)ctx;
	(void)hop;
	return 1;
#else
	return likely(hop->sends & HOP_SENDS) || hop->ifindex == device_of(ctx);
#endif
}

/* The hop that was noted, if both are of this generation and this length fits. */
static __always_inline _Bool recall_hop(const struct context *ctx, __u32 note, __u32 generation, __u32 length,
					struct route *route)
{
	__u32 place = note & 0xffff;
	struct hop *hop = bpf_map_lookup_elem(&hops, &place);
	__u32 found;

	if (!hop || !generation || note >> 16 != (generation & 0xffff))
		return 0;
	found = *(volatile __u32 *)&hop->generation;
	if (unrelated(found) != generation)
		return 0;
	hop = after(found, hop);
	if (length > hop->mtu || !can_send(ctx, hop))
		return 0;
	route->ifindex = hop->ifindex;
	route->layered = hop->sends & HOP_LAYERED;
	__builtin_memcpy(route->destination, hop->destination, ETH_ALEN);
	__builtin_memcpy(route->source, hop->source, ETH_ALEN);
	return *(volatile __u32 *)&hop->generation == generation;
}

/* Both on four bytes. */
static __always_inline _Bool same_mac(const __u8 *a, const __u8 *b)
{
	typedef __u32 __attribute__((may_alias)) any_half;
	typedef __u16 __attribute__((may_alias)) any_quarter;

	return *(const any_half *)a == *(const any_half *)b &&
	       *(const any_quarter *)(a + 4) == *(const any_quarter *)(b + 4);
}

static __always_inline _Bool is_same_hop(const struct hop *hop, const struct route *route, __u16 sends)
{
	return hop->ifindex == route->ifindex && hop->mtu == route->mtu && hop->sends == sends &&
	       same_mac(hop->destination, route->destination) && same_mac(hop->source, route->source);
}

/* Takes a place that is of another generation: whoever swaps the old one out writes. */
static __always_inline _Bool write_hop(struct hop *hop, const struct route *route, __u16 sends, __u32 from,
				       __u32 generation)
{
	if (from == HOP_BUSY || swap32(&hop->generation, from, HOP_BUSY) != from)
		return 0;
	hop->ifindex = route->ifindex;
	hop->mtu = route->mtu;
	hop->sends = sends;
	__builtin_memcpy(hop->destination, route->destination, ETH_ALEN);
	__builtin_memcpy(hop->source, route->source, ETH_ALEN);
	swap32(&hop->generation, HOP_BUSY, generation);
	return 1;
}

/* The note of this hop, or 0: then every packet asks the kernel. */
static __always_inline __u32 note_hop(const struct route *route, __u16 sends, __u32 generation)
{
	const __u8 *mac = route->destination;
	__u64 key = (__u64)route->ifindex << 32 | (__u32)(mac[2] << 24 | mac[3] << 16 | mac[4] << 8 | mac[5]);
	__u64 hash = fmix64(key ^ route->mtu ^ (__u64)sends << 48);
	struct hop *hop;
	__u32 place, found;

	if (!generation)
		return 0;
#pragma unroll
	for (int i = 0; i < HOP_PLACES; i++) {
		place = (hash >> 16 * i) & config.hops_mask;
		hop = bpf_map_lookup_elem(&hops, &place);
		if (!hop || !place)
			continue;
		found = *(volatile __u32 *)&hop->generation;
		if (found == generation ? is_same_hop(hop, route, sends)
					: write_hop(hop, route, sends, found, generation))
			return noted(place, generation);
	}
	return 0;
}
