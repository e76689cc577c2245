/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * First fragments, noted and found again: see include/maps/fragments.h. Fragments are rare; all of this is
 * out of the way of others.
 */
#pragma once
#include "hash.h"
#include "piece.h"
#include "pulse.h"
#include "swap.h"

static __always_inline __u64 hash_fragment(const struct fragment *key)
{
	struct address source = stored_address(key->source);
	struct address destination = stored_address(key->destination);
	__u64 hash = fmix64(config.hash_key0 ^ source.low ^ (__u64)key->protocol << 56);

	hash = fmix64(hash ^ source.high);
	hash = fmix64(hash ^ destination.low);
	hash = fmix64(hash ^ destination.high);
	return fmix64(hash ^ key->id);
}

static __always_inline struct fragment *fragment_at(__u64 hash, int choice)
{
	__u32 line = (choice ? hash >> 32 : hash) & config.fragments_mask;

	return bpf_map_lookup_elem(&fragments, &line);
}

/* Of bits that do not tell the lines. */
static __always_inline __u32 fragment_tag(__u64 hash)
{
	__u32 tag = fmix64(hash);

	return tag ? tag : 1;
}

static __always_inline __u64 fragment_state(__u64 hash, __u64 time)
{
	return fragment_tag(hash) | (__u64)(__u32)time << 32;
}

/* In jiffies. Another CPU may have read a later time. */
static __always_inline __u32 age_of(__u64 state, __u64 time)
{
	__u32 age = (__u32)time - (__u32)(state >> 32);

	return (__s32)age < 0 ? 0 : age;
}

/* 0 if the line is the key's. One value of all that was read, so that the rest can be read after it. */
static __always_inline __u64 unlike_fragment(const struct fragment *line, const struct fragment *key)
{
	struct address source = stored_address(line->source), to = stored_address(line->destination);
	struct address from = stored_address(key->source), destination = stored_address(key->destination);

	return (source.low ^ from.low) | (source.high ^ from.high) | (to.low ^ destination.low) |
	       (to.high ^ destination.high) | (line->id ^ key->id) | (line->protocol ^ key->protocol);
}

/* What was noted, beside the key. Returns something of all that was read. */
static __always_inline __u64 copy_way(struct fragment *to, const struct fragment *line)
{
	struct address source = stored_address(line->to_source);
	struct address destination = stored_address(line->to_destination);

	store_address(to->to_source, source);
	store_address(to->to_destination, destination);
	to->flow = line->flow;
	to->member = line->member;
	to->hop = line->hop;
	to->dispatch = line->dispatch;
	to->family = line->family;
	return source.low ^ source.high ^ destination.low ^ destination.high ^ to->flow ^ to->member ^
	       to->hop ^ to->dispatch ^ to->family;
}

/* Completes this_piece()->first, whose key is known; 0 if no such first fragment has come by of late. */
__noinline int find_fragment(void)
{
	struct piece *piece = this_piece();
	__u64 time = now(), hash, state, read;
	struct fragment *line;

	if (!piece)
		return 0;
	hash = hash_fragment(&piece->first);
	for (int choice = 0; choice < 2; choice++) {
		line = fragment_at(hash, choice);
		if (!line)
			return 0;
		state = load_word(&line->state);
		if ((__u32)state != fragment_tag(hash) || state == FRAGMENT_BUSY ||
		    age_of(state, time) > config.timeout_fragment)
			continue;
		line = after(state, line);
		read = unlike_fragment(line, &piece->first);
		if (unrelated(read))
			continue;
		read = copy_way(&piece->first, line);
		return load_word(after(read, &line->state)) == state;
	}
	return 0;
}

/* Which of a key's two lines gives way: its own, else the older one. */
static __always_inline _Bool second_gives_way(__u64 first, __u64 second, __u64 hash, __u64 time)
{
	__u32 tag = fragment_tag(hash);

	if ((__u32)first == tag || (__u32)second == tag)
		return (__u32)first != tag;
	if (!first || !second)
		return first;
	return age_of(second, time) > age_of(first, time);
}

/* Notes this_piece()->first. If another CPU is just writing there, nothing is noted. */
__noinline int note_fragment(void)
{
	struct piece *piece = this_piece();
	struct fragment *line, *second;
	__u64 time = now(), hash, state, other;

	if (!piece)
		return 0;
	hash = hash_fragment(&piece->first);
	line = fragment_at(hash, 0);
	second = fragment_at(hash, 1);
	if (!line || !second)
		return 0;
	state = load_word(&line->state);
	other = load_word(&second->state);
	if (second_gives_way(state, other, hash, time)) {
		line = second;
		state = other;
	}
	if (state == FRAGMENT_BUSY || swap64(&line->state, state, FRAGMENT_BUSY) != state)
		return 0;
	piece->first.state = FRAGMENT_BUSY;
	__builtin_memcpy(line, &piece->first, sizeof(*line));
	swap64(&line->state, FRAGMENT_BUSY, fragment_state(hash, time));
	return 1;
}
