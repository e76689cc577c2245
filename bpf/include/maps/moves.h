/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Slots that change hands, and the connections that were there before: what DSR keeps in place of a flow
 * table. A slot that stays needs none of this.
 *
 * User space writes a slot's move first, then the slot, with RING_SLOT_MOVING, in one store. It advances the
 * phases; if it dies they stay, and that is safe:
 *   MOVE     a record decides, if there is one; else a packet that opens goes to the new member and is
 *            recorded; anything else goes to the previous one, unwritten.
 *   HARVEST  the same for the last idle timeout of the move, but what goes to the previous one is recorded too.
 *   SETTLED  a record decides, else the new member. When no record of the previous one is left, the slot is
 *            stable again.
 * UDP, and clients with affinity, cannot tell new from old: their moves begin with HARVEST.
 */
#pragma once
#include <linux/types.h>

#define MOVE_LINE_MOVES   8
#define RECORD_LINE_WORDS 8

enum move_phase { PHASE_NONE, PHASE_MOVE, PHASE_HARVEST, PHASE_SETTLED };

/* previous: the member number that had the slot, RING_SLOT_EMPTY if nobody. since: user space's own note, of
 * when the phase began, in seconds since boot. */
struct move {
	__u16 previous;
	__u8 phase;
	__u8 pad1;
	__u32 since;
};

struct move_line {
	struct move moves[MOVE_LINE_MOVES];
};

/*
 * Who has a flow: one word each, so that it is read and written whole. 0 is free. Low 32 bits: a tag of the
 * flow's hash, never 0. Then 16 bits of member number, and 16 bits of time, in record units (see config),
 * of the last packet. A flow may stand in either of two lines of its service's table. A live record is never
 * evicted; one that has been idle for longer than the service allows is free.
 */
struct record_line {
	__u64 words[RECORD_LINE_WORDS];
};

_Static_assert(sizeof(struct move_line) == 64, "one cache line");
_Static_assert(sizeof(struct record_line) == 64, "one cache line");
