/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The life of a connection: what its packets make of its state, and how long it may be idle.
 *
 * An entry is used until its timeout and taken over no sooner than a second later, so that nobody writes an
 * entry that another CPU has just decided to use.
 */
#pragma once
#include <linux/in.h>
#include "hash.h"
#include "pulse.h"
#include "swap.h"

/* As long as Linux keeps a connection that it has closed first: until then a new one from the same port may
 * be refused. */
#define TIME_WAIT_SECONDS 60

static __always_inline __u32 timeout_of(const struct nat_entry *entry)
{
	switch (entry->state) {
	case NAT_ESTABLISHED:
		return entry->protocol == IPPROTO_TCP ? config.timeout_established : config.timeout_other;
	case NAT_CLOSING:
		return config.timeout_closing;
	case NAT_CLOSED:
		return config.timeout_closed;
	case NAT_TIME_WAIT:
		return TIME_WAIT_SECONDS * config.jiffies_per_second;
	default:
		return config.timeout_opening;
	}
}

/* Halves of the range of last_seen, counted: tells an age from one that has wrapped. */
static __always_inline __u8 era_of(__u64 time)
{
	return time >> 31;
}

static __always_inline _Bool is_of_another_era(const struct nat_entry *entry, __u64 time)
{
	return (__u8)(era_of(time) - entry->era + 1) > 2;
}

/* Another CPU may have written last_seen after this one read the clock: then the age is just below 2^32. */
static __always_inline _Bool idle_for(const struct nat_entry *entry, __u64 time, __u32 limit)
{
	__u32 age = (__u32)time - entry->last_seen;

	return (age > limit && age < 0xffff0000) || is_of_another_era(entry, time);
}

static __always_inline _Bool is_live(const struct nat_entry *entry, __u64 time)
{
	return entry->state != NAT_CLAIMED && !idle_for(entry, time, timeout_of(entry));
}

static __always_inline _Bool is_abandoned(const struct nat_entry *entry, __u64 time)
{
	return entry->state != NAT_CLAIMED &&
	       idle_for(entry, time, timeout_of(entry) + config.jiffies_per_second);
}

static __always_inline void see(struct nat_entry *entry, __u64 time)
{
	entry->last_seen = time;
	entry->era = era_of(time);
}

static __always_inline __u8 state_of(const struct nat_entry *entry)
{
	__u8 either = entry->client_seen | entry->member_seen;
	__u8 both = entry->client_seen & entry->member_seen;

	if (either & NAT_SEEN_RST)
		return NAT_CLOSED;
	if (either & NAT_SEEN_FIN)
		return both & NAT_SEEN_FIN ? NAT_TIME_WAIT : NAT_CLOSING;
	return both & NAT_SEEN_ANSWER ? NAT_ESTABLISHED : NAT_OPENING;
}

/* The state and what stands before it in its word, which no packet changes. */
static __always_inline __u32 state_word(const struct nat_entry *entry, __u8 state)
{
	return entry->nat_port | (__u32)entry->protocol << 16 | (__u32)state << 24;
}

_Static_assert(__builtin_offsetof(struct nat_entry, nat_port) % 4 == 0, "a word");
_Static_assert(__builtin_offsetof(struct nat_entry, state) ==
		       __builtin_offsetof(struct nat_entry, nat_port) + 3,
	       "its top byte");

/*
 * By compare-and-swap: an entry that another CPU has claimed meanwhile is left alone, and who sees the state
 * sees what was written before it.
 */
static __always_inline void change_state(struct nat_entry *entry, __u8 from, __u8 to)
{
	typedef __u32 __attribute__((may_alias)) any_half;

	swap32((any_half *)&entry->nat_port, state_word(entry, from), state_word(entry, to));
}

/*
 * What a packet tells about the side that sent it. A FIN counts only after the other side's answer: before
 * that it is a straggler of an earlier connection between the same ports.
 */
static __always_inline __u8 seen_in(const struct packet *packet, __u8 answer, __u8 other)
{
	if (!packet->tcp)
		return answer;
	if (packet->tcp->rst)
		return NAT_SEEN_RST;
	return answer | (packet->tcp->fin && other & NAT_SEEN_ANSWER ? NAT_SEEN_FIN : 0);
}

/*
 * Writes only what changes: entries are shared between CPUs. A side that sends on has not reset: that RST was
 * somebody else's, or was not accepted. keeps: the packet alone is reason to keep the connection.
 */
static __always_inline void note(struct nat_entry *entry, __u8 *side, __u8 seen, _Bool keeps, __u64 time)
{
	__u8 before = *(volatile __u8 *)&entry->state;
	__u8 state;

	if (unlikely(before == NAT_CLAIMED))
		return;
	seen |= *side & ~NAT_SEEN_RST;
	if (unlikely(seen != *side))
		*side = seen;
	state = state_of(entry);
	if (unlikely((__u32)time - entry->last_seen >= config.jiffies_per_second) &&
	    (keeps || state != before))
		see(entry, time);
	if (unlikely(state != before))
		change_state(entry, before, state);
}

/*
 * The client answers the member's answer by anything but another SYN. Its packets alone keep what a TCP
 * member has answered; else a client that goes on sending would stay for ever with a member that is no more.
 */
static __always_inline void note_client(struct nat_entry *entry, const struct packet *packet, __u64 time)
{
	__u8 answered = entry->member_seen & NAT_SEEN_ANSWER;
	__u8 answer = packet->tcp && packet->tcp->syn ? 0 : answered;

	note(entry, &entry->client_seen, seen_in(packet, answer, answered), packet->tcp && answered, time);
}

static __always_inline void note_member(struct nat_entry *entry, const struct packet *packet, __u64 time)
{
	note(entry, &entry->member_seen, seen_in(packet, NAT_SEEN_ANSWER, entry->client_seen), 1, time);
}
