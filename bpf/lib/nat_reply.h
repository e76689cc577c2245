/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The replies' side: which connection a packet from a member belongs to. A tag stands once among both of its
 * lines, so a port whose tag is taken is not given out, and finding one is finding the one.
 */
#pragma once
#include "nat_place.h"

static __always_inline __u64 hash_reply(const struct nat_entry *entry, struct address source)
{
	__u64 flow = hash_flow(entry->family, entry->protocol, stored_address(entry->backend),
			       entry->backend_port, entry->nat_port);

	return hash_nat(flow, source);
}

/* May a reply's word be taken over? When its connection is abandoned, or the entry serves another one now. */
static __always_inline _Bool is_stale(__u64 word, __u64 time)
{
	struct nat_entry *entry = entry_of(word);
	struct address source;

	if (!entry)
		return 1;
	if (entry->state == NAT_CLAIMED)
		return 0;
	if (is_abandoned(entry, time))
		return 1;
	return !find_source(entry, &source) || tag_of(hash_reply(entry, source)) != (__u32)word;
}

/* Leaves this_place(), where a reply's word can go: in place of a stale one of its tag, or a free place, or
 * in place of any stale one. */
static __always_inline _Bool place_for_reply(__u64 hash, __u64 time)
{
	struct place *at = this_place();
	__u32 free = NO_PLACE;

	if (!at)
		return 0;
	for (__u32 place = 0; place < NAT_PLACES; place++) {
		look_at(at, &nat_replies, hash, place);
		if ((__u32)at->word == tag_of(hash))
			return is_stale(at->word, time);
		if (!at->word && free == NO_PLACE)
			free = at->index;
	}
	if (free != NO_PLACE) {
		at->index = free;
		at->word = 0;
		return 1;
	}
	for (__u32 place = 0; place < NAT_PLACES; place++) {
		look_at(at, &nat_replies, hash, place);
		if (at->word && is_stale(at->word, time))
			return 1;
	}
	return 0;
}

static __always_inline _Bool is_alone(void *table, __u64 hash, __u32 index)
{
	struct place other;

	for (__u32 place = 0; place < NAT_PLACES; place++) {
		look_at(&other, table, hash, place);
		if (other.index != index && (__u32)other.word == tag_of(hash))
			return 0;
	}
	return 1;
}

/*
 * Gives the entry the reply's word: 1 if it got it, 0 if somebody else has this port or wants it just now. A
 * word that was stale when it was judged may have been put there anew before it was swapped: then it goes
 * back.
 */
__noinline int claim_reply(__u64 hash, __u32 entry, __u64 time)
{
	__u64 mine = word_of(hash, entry);
	const struct place *at = this_place();
	_Bool stale;

	if (!at || !place_for_reply(hash, time) || !swap_word(&nat_replies, at->index, at->word, mine))
		return 0;
	stale = !at->word || is_stale(at->word, time);
	if (stale && is_alone(&nat_replies, hash, at->index))
		return 1;
	swap_word(&nat_replies, at->index, mine, stale ? 0 : at->word);
	return 0;
}

/* Takes an entry's word out of the replies, if it is still there. */
__noinline int unlink_reply(__u64 hash, __u32 entry)
{
	__u64 mine = word_of(hash, entry);
	struct place at;

	for (__u32 place = 0; place < NAT_PLACES; place++) {
		look_at(&at, &nat_replies, hash, place);
		if (at.word == mine)
			swap_word(&nat_replies, at.index, mine, 0);
	}
	return 0;
}
