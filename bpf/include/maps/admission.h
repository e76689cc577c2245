/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Who may reach a service: ranges of client addresses, and how often the clients of one prefix may open
 * connections.
 *
 * Ranges are kept as bounds: the addresses, ascending, at which "refused" and "admitted" take turns, the
 * first of them admitted. An address is admitted if an odd number of bounds is at or below it. A list is a
 * block of lines that belongs to one service, sorted as a whole, with an even number of bounds and the rest
 * of the block filled with the last of all addresses. It is written before the one word of struct service
 * that leads to it, never changed afterwards, and zeroed after a grace period.
 *
 * Rates are kept by the datapath alone: a line of words by the hash of service and prefix, each word {tag,
 * time}: when the prefix will have paid for what it has opened (the theoretical arrival time of the generic
 * cell rate algorithm). A time that is past tells nothing, so such a word is free.
 */
#pragma once
#include <linux/types.h>

#define RANGE_LINE_BOUNDS 4
#define RATE_LINE_WORDS   8

/* In host order; an IPv4 address is the upper half of `high`. */
struct range_bound {
	__u64 high;
	__u64 low;
};

struct range_line {
	struct range_bound bounds[RANGE_LINE_BOUNDS];
};

struct rate_line {
	__u64 words[RATE_LINE_WORDS];
};

/*
 * `limit` of struct service, one word. interval: time between two openings at the rate that is allowed, in
 * units of 2^RATE_TIME_SHIFT nanoseconds. burst: so many may come at once; interval times burst is at most
 * RATE_LEAD_MAX. prefix: bits of the client's address that count.
 */
#define RATE_INTERVAL_BITS 32
#define RATE_BURST_BITS    16
#define RATE_TIME_SHIFT    8
#define RATE_LEAD_MAX      (1U << 30)

_Static_assert(sizeof(struct range_line) == 64, "one cache line");
_Static_assert(sizeof(struct rate_line) == 64, "one cache line");
