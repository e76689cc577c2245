/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Claiming words of the NAT tables, against other CPUs that do the same.
 *
 * A word is claimed by compare-and-swap, and then the key's other places are looked at again. Of two CPUs
 * that claim the same key at least one sees the other's word; whoever sees one gives its own up. So both may
 * give up, and never do both keep. (No rank by place can let one of them stay: it cannot know whether the
 * other has looked already.)
 *
 * These are global functions: the verifier reads each once, by itself (so pointers may be NULL to it), and
 * opening a connection can afford the calls.
 */
#pragma once
#include "nat_table.h"

#define NAT_PLACES (2 * NAT_LINE_WORDS)
#define NO_PLACE   0xffffffffU

/*
 * The order in which places are tried: the first line's half, the second line's half, then both by turns. So
 * the second line, which costs a lookup another cache miss, is rare (4 % in a table a quarter full), and
 * hardly any key finds both full before the table is at 70 %.
 */
static __always_inline __u32 place_index(__u64 hash, __u32 place)
{
	__u32 choice = place < NAT_LINE_WORDS ? place >> 2 : place & 1;
	__u32 slot = place < NAT_LINE_WORDS ? place & 3 : place >> 1;

	return line_of(hash, choice) * NAT_LINE_WORDS + slot;
}

static __always_inline __u64 *word_at(void *table, __u32 index)
{
	__u32 key = index / NAT_LINE_WORDS;
	struct nat_line *line = bpf_map_lookup_elem(table, &key);

	return line ? &line->words[index % NAT_LINE_WORDS] : 0;
}

static __always_inline __u64 read_word(void *table, __u32 index)
{
	__u64 *word = word_at(table, index);

	return word ? *(volatile __u64 *)word : 0;
}

static __always_inline _Bool swap_word(void *table, __u32 index, __u64 from, __u64 to)
{
	__u64 *word = word_at(table, index);

	return word && __sync_val_compare_and_swap(word, from, to) == from;
}

static __always_inline __u64 hash_reply(const struct nat_entry *entry, const struct source *source)
{
	__u64 flow = hash_flow(entry->family, entry->protocol, stored_address(entry->backend),
			       entry->backend_port, entry->nat_port);

	return hash_nat(flow, stored_address(source->address));
}

/* May a reply's word be taken over? When its connection is abandoned, or the entry serves another one now. */
static __always_inline _Bool is_stale(__u64 word, __u32 time)
{
	struct nat_entry *entry = entry_of(word);
	struct source *source;

	if (!entry)
		return 1;
	if (entry->state == NAT_CLAIMED)
		return 0;
	if (is_abandoned(entry, time))
		return 1;
	source = bpf_map_lookup_elem(&sources, &entry->source);
	return !source || tag_of(hash_reply(entry, source)) != (__u32)word;
}

/* A word that was judged, and where it stands. */
struct place {
	__u64 word;
	__u32 index;
};

static __always_inline void look_at(struct place *at, void *table, __u64 hash, __u32 place)
{
	at->index = place_index(hash, place);
	at->word = read_word(table, at->index);
}

/* Where a reply's word can go: in place of a stale one of its tag, or a free place, or in place of any stale
 * one. */
__noinline int place_for_reply(__u64 hash, __u32 time, struct place *at)
{
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
__noinline int claim_reply(__u64 hash, __u32 entry, __u32 time)
{
	__u64 mine = word_of(hash, entry);
	struct place at = {};
	_Bool stale;

	if (!place_for_reply(hash, time, &at) || !swap_word(&nat_replies, at.index, at.word, mine))
		return 0;
	stale = !at.word || is_stale(at.word, time);
	if (stale && is_alone(&nat_replies, hash, at.index))
		return 1;
	swap_word(&nat_replies, at.index, mine, stale ? 0 : at.word);
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
