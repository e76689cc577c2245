/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Next hops, as the kernel's route lookup told them: the datapath's own notes, which spare it the lookup for
 * as long as nothing has changed and somebody watches that.
 *
 * User space follows the kernel's links, routes and neighbours, and counts `generation` up when a change may
 * make a note wrong; it sets `heartbeat` to the time, in jiffies, each time it has seen all changes until
 * then. A note is used if it is of this generation and the heartbeat is no older than the configured limit.
 * So a control plane that is dead costs speed, not correctness.
 *
 * Members and connections keep their way as one word: the place of a hop, and above it the low 16 bits of the
 * generation in which they were told it. Another generation may have another hop in that place.
 */
#pragma once
#include <linux/types.h>

/* generation: never 0. One store each; whoever reads an old generation has read it before the change. */
struct pulse {
	__u64 heartbeat;
	__u32 generation;
	__u32 switches;
};

/* What user space turns on while the program runs. */
enum pulse_switch {
	SWITCH_ANY_PORT = 1, /* some service takes every port of its address */
	SWITCH_NO_PING = 2,  /* pings to services are left to the kernel */
	SWITCH_CARRYING = 4, /* connections are being carried into other tables: what belongs to none has to
				wait */
	SWITCH_LAYERED = 8,  /* devices are above others: see layers.h */
};

/*
 * Written once a generation by whoever claims it, so that its words belong together. Its place follows from
 * device and MAC; place 0 is none.
 */
struct hop {
	__u32 generation;
	__u32 ifindex;
	__u8 destination[6];
	__u16 mtu;
	__u8 source[6];
	__u16 sends; /* HOP_SENDS, HOP_LAYERED */
	__u8 pad1[8];
};

/* The device sends what XDP redirects: else it is for tc alone. */
#define HOP_SENDS 1
/* SWITCH_LAYERED was on: who turns it counts a generation. */
#define HOP_LAYERED 2

/* In place of a generation: the hop is being written. */
#define HOP_BUSY 0xffffffffU

_Static_assert(sizeof(struct pulse) == 16, "two words");
_Static_assert(sizeof(struct hop) == 32, "half a cache line");
