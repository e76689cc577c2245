/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * For a test: claims a reply's word, and just before the word is swapped its connection comes back to life,
 * as when another CPU opens the same one again. No timing decides this, as it would with two CPUs.
 */
#include "../lib/nat_place.h"

/* Read-only, set by the test. */
struct race {
	__u64 hash;
	__u64 time;
	__u32 entry;
	__u32 revived;
};

const volatile struct race race = {};

static __always_inline _Bool swap_after_revival(void *table, __u32 index, __u64 from, __u64 to)
{
	__u32 revived = race.revived;
	struct nat_entry *entry = bpf_map_lookup_elem(&nat_entries, &revived);

	if (entry)
		entry->last_seen = race.time;
	return swap_word(table, index, from, to);
}

#define swap_word swap_after_revival
#include "../lib/nat_reply.h"

SEC("xdp")
int reply_race(struct xdp_md *ctx)
{
	(void)ctx;
	return claim_reply(race.hash, race.entry, race.time) ? XDP_TX : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
