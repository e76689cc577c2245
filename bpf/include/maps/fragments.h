/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Where the first fragment of a packet went, for the others, which carry no ports. The datapath alone writes
 * and reads it.
 *
 * A packet is known by {source, destination, id, protocol}, all of it compared. It may stand in either of two
 * lines; what is older gives way. So fragments push out nothing but fragments, and a flood of them only what
 * it outruns between a packet's first fragment and its last. A line is claimed by compare-and-swap of its
 * `state`.
 */
#pragma once
#include <linux/types.h>

/* In place of a state: the line is being written. */
#define FRAGMENT_BUSY 0xffffffffffffffffULL

/* In place of a service's way. */
#define FRAGMENT_STAYS 0x80

/*
 * state: low 32 bits, the tag of the key's hash, never 0; above them the time in jiffies; 0 is free. id: as
 * it stands in the packet. protocol: what follows the fragment's header. dispatch: of enum service_flag, for
 * DSR that leaves a packet as it is; 0: its addresses become to_source and to_destination, as with
 * FRAGMENT_STAYS, which leaves it to this host's stack. Else these, of `family`, say where it is sent. flow,
 * member, hop: as the first fragment had them (see hops.h).
 */
struct fragment {
	__u64 state;
	__be32 source[4];
	__be32 destination[4];
	__be32 to_source[4];
	__be32 to_destination[4];
	__u64 flow;
	__be32 id;
	__u32 member;
	__u32 hop;
	__u8 protocol;
	__u8 dispatch;
	__u8 family;
	__u8 pad1;
	__u64 pad2[4];
};

_Static_assert(sizeof(struct fragment) == 128, "two cache lines");
