/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A service's records: which member has a flow, where the ring does not tell (see include/maps/moves.h). A
 * record is one word; it is claimed and renewed by compare-and-swap.
 */
#pragma once
#include "pulse.h"
#include "ring.h"
#include "scratch.h"
#include "swap.h"

#define RECORD_LINES 2
#define NO_RECORD    0xffffffffU

/* How often a flow is looked up again that another CPU was quicker with. */
#define RECORD_ATTEMPTS 4

/* How long a connection that says that it ends is remembered, in record units: its last packets. */
#define RECORD_CLOSING 60

/* The table of a service, and a flow's place in it. Time is in record units, and wraps. */
struct record_key {
	__u64 hash;
	__u32 tag;
	__u32 first;
	__u32 mask;
	__u16 time;
	__u16 idle;
};

SCRATCH(this_record, struct record_key)

/* Leaves this_record(); 0 if the service has no records. */
static __always_inline _Bool find_records(const struct service *service, __u32 id, __u64 flow)
{
	__u32 table = *(volatile __u32 *)&service->records;
	struct record_key *key = this_record();
	__u32 log2 = table & RING_LOG2_MASK;

	if (!key)
		return 0;
	key->hash = fmix64(flow ^ id * 0x9e3779b97f4a7c15ULL);
	key->tag = flow >> 32 ? flow >> 32 : 1;
	key->first = table >> RING_LOG2_BITS;
	key->mask = log2 ? (1U << (log2 - 1)) - 1 : 0;
	key->time = now() >> config.record_shift;
	key->idle = service->record_idle;
	return log2;
}

static __always_inline __u64 record_word(const struct record_key *key, __u16 number, __u16 time)
{
	return key->tag | (__u64)number << 32 | (__u64)time << 48;
}

/* Another CPU may have read a later time. */
static __always_inline _Bool is_live_record(__u64 word, const struct record_key *key)
{
	__s16 ahead = (__u16)(word >> 48) - key->time;
	__u16 age = key->time - (__u16)(word >> 48);

	return word && (age <= key->idle || ahead == 1);
}

static __always_inline struct record_line *record_line_at(const struct record_key *key, __u32 choice)
{
	__u32 half = choice ? key->hash >> 32 : key->hash;
	__u32 index = key->first + (half & key->mask);

	return bpf_map_lookup_elem(&records, &index);
}

/* Place after place of both lines: each line is looked up once. */
static __always_inline __u64 *record_at(const struct record_key *key, __u32 place, struct record_line **line)
{
	if (place % RECORD_LINE_WORDS == 0)
		*line = record_line_at(key, place / RECORD_LINE_WORDS);
	return *line ? &(*line)->words[place % RECORD_LINE_WORDS] : 0;
}

static __always_inline __u32 record_number(__u64 word)
{
	return (word >> 32) & RING_SLOT_NUMBER;
}

/* What a packet does to the record of its flow. */
enum renewal { RENEW_NOT, RENEW, RENEW_AS_NEW, RENEW_TO_END };

/* One that ends is kept for its last packets only, whatever comes: until it is opened again. */
static __always_inline __u64 renewed_record(const struct record_key *key, __u64 word, enum renewal renewal)
{
	__u16 early = key->idle > RECORD_CLOSING ? key->idle - RECORD_CLOSING : 0;
	__u16 number = word >> 32;

	if (renewal == RENEW_NOT)
		return word;
	if (renewal == RENEW_AS_NEW)
		return record_word(key, number & RING_SLOT_NUMBER, key->time);
	if (renewal == RENEW_TO_END || number & RECORD_ENDS)
		return record_word(key, number | RECORD_ENDS, key->time - early);
	return record_word(key, number, key->time);
}

/* The member number of the flow's live record, or NO_RECORD. */
static __always_inline __u32 read_record(enum renewal renewal)
{
	const struct record_key *key = this_record();
	struct record_line *line = 0;
	__u64 word, renewed;
	__u64 *at;

	if (!key)
		return NO_RECORD;
	for (__u32 place = 0; place < RECORD_LINES * RECORD_LINE_WORDS; place++) {
		at = record_at(key, place, &line);
		if (!at)
			return NO_RECORD;
		word = *(volatile __u64 *)at;
		if ((__u32)word != key->tag || !is_live_record(word, key))
			continue;
		renewed = renewed_record(key, word, renewal);
		if (renewed != word)
			swap64(at, word, renewed);
		return record_number(word);
	}
	return NO_RECORD;
}

enum recorded { RECORD_FULL, RECORD_WRITTEN, RECORD_LOST };

/*
 * Nothing live is evicted for it. A record of its own tag that is dead, or of the member `gone`, is written
 * over, so that no flow stands twice. RECORD_LOST to another CPU, which may have the same flow: look again.
 */
__noinline int write_record(__u32 number, __u32 gone)
{
	const struct record_key *key = this_record();
	struct record_line *line = 0;
	__u64 *free = 0, *at;
	__u64 word, seen = 0;

	if (!key)
		return RECORD_FULL;
	for (__u32 place = 0; place < RECORD_LINES * RECORD_LINE_WORDS; place++) {
		at = record_at(key, place, &line);
		if (!at)
			return RECORD_FULL;
		word = *(volatile __u64 *)at;
		if ((__u32)word == key->tag || (!free && !is_live_record(word, key))) {
			free = at;
			seen = word;
		}
		if ((__u32)word != key->tag)
			continue;
		if (is_live_record(word, key) && record_number(word) != gone)
			return RECORD_LOST;
		break;
	}
	if (!free)
		return RECORD_FULL;
	word = record_word(key, number, key->time);
	return swap64(free, seen, word) == seen ? RECORD_WRITTEN : RECORD_LOST;
}
