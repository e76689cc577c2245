/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * From a flow's hash to the member that serves it: rings → member_ids → members.
 *
 * A slot is the top bits of the flow's keyed 64-bit hash, so that a ring that doubles turns slot i into 2i
 * and 2i+1. Slots hold member numbers that are small and stable inside one service (u16 keeps a ring in the
 * cache); `member_ids` turns a service's number into the 32-bit id that is stable over the life of the
 * member. A slot that changes hands carries a phase
 * (see moves.h).
 */
#pragma once
#include <linux/types.h>

#define RING_LINE_SLOTS 32
#define RING_LOG2_BITS  5
#define RING_LOG2_MIN   7
/* A slot: a member number of 14 bits, the highest of which stands for nobody, and above it the slot's phase
 * (see moves.h), 0 while it stays with its member. */
#define RING_SLOT_EMPTY       0x3fff
#define RING_SLOT_NUMBER      0x3fff
#define RING_SLOT_PHASE_SHIFT 14
#define MEMBER_LINE_IDS       16

struct ring_line {
	__u16 slots[RING_LINE_SLOTS];
};

struct member_line {
	__u32 ids[MEMBER_LINE_IDS];
};

/*
 * A backend of a service. port: 0 stands for the one that the packet asks for. source: index into `sources`,
 * the load balancer's own address towards this member, or of enum source_index. hop: the datapath's own note
 * of the way there (see hops.h).
 */
struct member {
	__be32 address[4];
	__be16 port;
	__u8 family;
	__u8 used;
	__u32 source;
	__u32 service;
	__u32 hop;
};

/*
 * In place of an index. SOURCE_CLIENT: the member is this host itself. What goes to it keeps its client's
 * address and is left to the stack; its answers are translated as they leave (lib/answer.h).
 */
enum source_index {
	SOURCE_CLIENT = 0xffff,
};

/* An own address of the load balancer. IPv4 stands in address[0], the rest is zero; so everywhere. */
struct source {
	__be32 address[4];
};

_Static_assert(sizeof(struct ring_line) == 64, "one cache line");
_Static_assert(sizeof(struct member_line) == 64, "one cache line");
_Static_assert(sizeof(struct member) == 32, "half a cache line");
_Static_assert(sizeof(struct source) == 16, "an IPv6 address");
