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

/* 32 bits of jiffies are enough: timeouts are below 2^30. */
static __always_inline __u32 now(void)
{
	return bpf_jiffies64();
}

static __always_inline __u32 timeout_of(const struct nat_entry *entry)
{
	switch (entry->state) {
	case NAT_ESTABLISHED:
		return entry->protocol == IPPROTO_TCP ? config.timeout_established : config.timeout_other;
	case NAT_CLOSING:
		return config.timeout_closing;
	case NAT_CLOSED:
		return config.timeout_closed;
	default:
		return config.timeout_opening;
	}
}

/* Another CPU may have written last_seen after this one read the clock: then the age is just below 2^32. */
static __always_inline _Bool idle_for(const struct nat_entry *entry, __u32 time, __u32 limit)
{
	__u32 age = time - entry->last_seen;

	return age > limit && age < 0xffff0000;
}

static __always_inline _Bool is_live(const struct nat_entry *entry, __u32 time)
{
	return entry->state != NAT_CLAIMED && !idle_for(entry, time, timeout_of(entry));
}

static __always_inline _Bool is_abandoned(const struct nat_entry *entry, __u32 time)
{
	return entry->state != NAT_CLAIMED &&
	       idle_for(entry, time, timeout_of(entry) + config.jiffies_per_second);
}

static __always_inline __u8 state_of(const struct nat_entry *entry)
{
	__u8 either = entry->client_seen | entry->member_seen;
	__u8 both = entry->client_seen & entry->member_seen;

	if (either & NAT_SEEN_RST || both & NAT_SEEN_FIN)
		return NAT_CLOSED;
	if (either & NAT_SEEN_FIN)
		return NAT_CLOSING;
	return both & NAT_SEEN_ANSWER ? NAT_ESTABLISHED : NAT_OPENING;
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

/* Writes only what changes: entries are shared between CPUs. */
static __always_inline void note(struct nat_entry *entry, __u8 *side, __u8 seen, __u32 time)
{
	__u8 state;

	if (unlikely(seen & ~*side))
		*side |= seen;
	state = state_of(entry);
	if (unlikely(state != entry->state))
		entry->state = state;
	if (time - entry->last_seen >= config.jiffies_per_second)
		entry->last_seen = time;
}

/* The client answers the member's answer by anything but another SYN. */
static __always_inline void note_client(struct nat_entry *entry, const struct packet *packet, __u32 time)
{
	__u8 answer = packet->tcp && packet->tcp->syn ? 0 : entry->member_seen & NAT_SEEN_ANSWER;

	note(entry, &entry->client_seen, seen_in(packet, answer, entry->member_seen), time);
}

static __always_inline void note_member(struct nat_entry *entry, const struct packet *packet, __u32 time)
{
	note(entry, &entry->member_seen, seen_in(packet, NAT_SEEN_ANSWER, entry->client_seen), time);
}
