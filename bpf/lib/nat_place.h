/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Claiming words of the NAT tables, against other CPUs that do the same.
 *
 * A word is claimed by compare-and-swap, and then the key's other places are looked at again. Of two CPUs
 * that claim the same key at least one sees the other's word; whoever sees one gives its own up. So both may
 * give up, and never do both keep. (No rank by place can let one of them stay: it cannot know whether the
 * other has looked already.)
 *
 * What loops over places is a global function: the verifier reads it once, by itself, and opening a
 * connection can afford the calls.
 */
#pragma once
#include "nat_table.h"
#include "scratch.h"
#include "swap.h"

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

	return word && swap64(word, from, to) == from;
}

/* A word that is judged, and where it stands. */
struct place {
	__u64 word;
	__u32 index;
};

SCRATCH(this_place, struct place)

static __always_inline void look_at(struct place *at, void *table, __u64 hash, __u32 place)
{
	at->index = place_index(hash, place);
	at->word = read_word(table, at->index);
}
