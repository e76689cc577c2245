/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The clients' side: the entry of a flow, found or claimed. An entry's place is its word's place, so claiming
 * the word allocates the entry.
 */
#pragma once
#include "nat_reply.h"
#include "scratch.h"

#define OPEN_ATTEMPTS 4

/* A connection that a packet opens. */
struct opening {
	struct flow flow;
	__u64 slot; /* hash_slot */
	__u64 time;
	__u32 member;
	__u32 source;
	__u32 entry;
	__u8 intent; /* enum intent */
	_Bool fresh; /* TCP SYN: goes on with nothing that is about to end */
};

SCRATCH(this_opening, struct opening)

/* A member that has been removed keeps the connections it has, and gets no new ones. */
static __always_inline _Bool has_its_member(const struct nat_entry *entry)
{
	struct member *member = bpf_map_lookup_elem(&members, &entry->member);

	return member && member->used && (!member->port || member->port == entry->backend_port) &&
	       same_address(stored_address(member->address), stored_address(entry->backend));
}

/* Does a packet of the flow belong to this connection, or does it begin the next one? */
static __always_inline _Bool goes_on(const struct nat_entry *entry, const struct opening *opening)
{
	if (entry->generation != opening->flow.generation || !is_live(entry, opening->time))
		return 0;
	if (!opening->fresh)
		return 1;
	if (entry->state > NAT_ESTABLISHED || !has_its_member(entry))
		return 0;
	return entry->state == NAT_ESTABLISHED || entry->member_seen & NAT_SEEN_ANSWER ||
	       entry->member == opening->member;
}

static __always_inline _Bool may_be_taken(__u64 word, const struct opening *opening)
{
	struct nat_entry *entry = entry_of(word);

	if (!entry || word & NAT_WORD_BUSY || entry->state == NAT_CLAIMED)
		return 0;
	return is_flow(entry, &opening->flow) ? !goes_on(entry, opening) : is_abandoned(entry, opening->time);
}

/* Leaves this_place(): the word of the flow's own entry, whatever its state; else a free one; else one that
 * may be taken. */
__noinline int place_for_flow(void)
{
	const struct opening *opening = this_opening();
	struct place *at = this_place();
	__u32 free = NO_PLACE;
	struct nat_entry *entry;

	if (!opening || !at)
		return 0;
	for (__u32 place = 0; place < NAT_PLACES; place++) {
		look_at(at, &nat_flows, opening->flow.hash, place);
		if (!at->word && free == NO_PLACE)
			free = at->index;
		if ((__u32)at->word != tag_of(opening->flow.hash))
			continue;
		entry = entry_of(at->word);
		if (entry && (at->word & NAT_WORD_BUSY || is_flow(entry, &opening->flow)))
			return 1;
	}
	if (free != NO_PLACE) {
		at->index = free;
		at->word = 0;
		return 1;
	}
	for (__u32 place = 0; place < NAT_PLACES; place++) {
		look_at(at, &nat_flows, opening->flow.hash, place);
		if (may_be_taken(at->word, opening))
			return 1;
	}
	return 0;
}

/* Another word with this tag may belong to another flow; then it is written already, and says so. */
__noinline int is_only_entry(__u32 index)
{
	const struct opening *opening = this_opening();
	struct nat_entry *entry;
	struct place other;

	if (!opening)
		return 0;
	for (__u32 place = 0; place < NAT_PLACES; place++) {
		look_at(&other, &nat_flows, opening->flow.hash, place);
		if (other.index == index || (__u32)other.word != tag_of(opening->flow.hash))
			continue;
		entry = entry_of(other.word);
		if (!entry || other.word & NAT_WORD_BUSY || is_flow(entry, &opening->flow))
			return 0;
	}
	return 1;
}

/* Takes the word of an earlier connection's replies away. */
static __always_inline void unlink_entry(struct nat_entry *entry, __u32 index)
{
	struct address source;

	if (find_source(entry, &source))
		unlink_reply(hash_reply(entry, source), index);
}

enum claim { CLAIM_NEW, CLAIM_FOUND, CLAIM_FULL, CLAIM_LOST };

/* One attempt to find the flow's entry or to make one: CLAIM_LOST to another CPU may be tried again. */
static __always_inline enum claim try_flow(struct opening *opening, const struct place *at)
{
	__u64 mine = word_of(opening->flow.hash, at->index) | NAT_WORD_BUSY;
	struct nat_entry *entry = bpf_map_lookup_elem(&nat_entries, &at->index);

	if (!entry)
		return CLAIM_FULL;
	if (at->word & NAT_WORD_BUSY)
		return CLAIM_LOST;
	if (at->word && is_flow(entry, &opening->flow) && goes_on(entry, opening))
		return CLAIM_FOUND;
	if (!swap_word(&nat_flows, at->index, at->word, mine))
		return CLAIM_LOST;
	if (at->word && !may_be_taken(at->word, opening)) {
		swap_word(&nat_flows, at->index, mine, at->word);
		return CLAIM_LOST;
	}
	entry->state = NAT_CLAIMED;
	full_barrier();
	if (at->word)
		unlink_entry(entry, at->index);
	if (is_only_entry(at->index))
		return CLAIM_NEW;
	swap_word(&nat_flows, at->index, mine, 0);
	return CLAIM_LOST;
}

__noinline int claim_flow(void)
{
	struct opening *opening = this_opening();
	const struct place *at = this_place();
	enum claim claim = CLAIM_LOST;

	if (!opening || !at)
		return CLAIM_FULL;
	for (int i = 0; i < OPEN_ATTEMPTS && claim == CLAIM_LOST; i++) {
		if (!place_for_flow())
			return CLAIM_FULL;
		opening->entry = at->index;
		claim = try_flow(opening, at);
	}
	return claim;
}
