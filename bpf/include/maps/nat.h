/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * SNAT state: one entry a connection, found by two indexes, shared by all CPUs.
 *
 * `nat_flows` and `nat_replies` are arrays of 64-byte lines of eight words {tag, entry}; 0 is free. A key may
 * stand in either of two lines. A word is claimed, taken over and given up by compare-and-swap. An entry's
 * place is its word's place in `nat_flows` (line * 8 + slot), so claiming the word allocates the entry. An
 * entry that has been idle for longer than its state allows is taken over by the datapath itself: no agent is
 * needed to stay healthy.
 */
#pragma once
#include <linux/types.h>

#define NAT_LINE_WORDS 8

/*
 * Low 32 bits: tag of the key's hash, never 0. High 32 bits: index into `nat_entries`; the top bit says that
 * the entry is being written, and keeps every other CPU from taking the word.
 */
#define NAT_WORD_BUSY (1ULL << 63)

struct nat_line {
	__u64 words[NAT_LINE_WORDS];
};

enum nat_state {
	NAT_CLAIMED = 0, /* being written: matches nothing */
	NAT_OPENING = 1, /* TCP: the handshake is not over. Others: no packet from the member yet */
	NAT_ESTABLISHED = 2,
	NAT_CLOSING = 3,   /* TCP: FIN from one side */
	NAT_CLOSED = 4,    /* TCP: RST */
	NAT_TIME_WAIT = 5, /* TCP: FIN from both sides */
};

/* What one side has sent. The state follows from both sides, so that two CPUs cannot undo each other's. */
enum nat_seen {
	NAT_SEEN_FIN = 1,
	NAT_SEEN_RST = 2,
	NAT_SEEN_ANSWER =
		4, /* it has answered the other side: the member by any packet but RST, then the client */
};

/*
 * last_seen: low 32 bits of jiffies, written at most once a second; era: jiffies >> 31 then, so that what is
 * older than 2^32 does not look young. generation: the service's, at opening. hop: a note of
 * the way to the client (see hops.h); the way to the backend is its member's.
 */
struct nat_entry {
	__be32 client[4];
	__be32 backend[4];
	__be16 client_port;
	__be16 backend_port;
	__be16 nat_port;
	__u8 protocol;
	__u8 state;
	__u32 service;
	__u32 member;
	__u32 hop;
	__u32 last_seen;
	__u8 family;
	__u8 client_seen;
	__u8 member_seen;
	__u8 era;
	__u16 generation;
	__u16 source;
};

_Static_assert(sizeof(struct nat_line) == 64, "one cache line");
_Static_assert(sizeof(struct nat_entry) == 64, "one cache line");
