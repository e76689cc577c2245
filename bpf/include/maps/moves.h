/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Slots that change hands, and the connections that were there before: what DSR keeps in place of a flow
 * table. A slot that stays needs none of this.
 *
 * The top two bits of a slot in `rings` are its phase. User space writes who had the slot into `moves`, at
 * the slot's own place, then the slot, with its phase and who gets it, in one store. It advances the phases;
 * if it dies they stay, and that is safe: MOVE     a record decides, if there is one; else a packet that
 * opens goes to the new member and is recorded; anything else goes to the previous one, unwritten. HARVEST
 * the same for the last idle timeout of the move, but what goes to the previous one is recorded too. SETTLED
 * a record decides, else the new member. When no record of the previous one is left, the slot is stable
 * again. UDP, and clients with affinity, cannot tell new from old: their moves begin with HARVEST.
 */
#pragma once
#include <linux/types.h>
#include "members.h"

#define RECORD_LINE_WORDS 8

/* Beside the member number: the connection has said that it ends. */
#define RECORD_ENDS 0x8000

enum move_phase { PHASE_STABLE, PHASE_MOVE, PHASE_HARVEST, PHASE_SETTLED };

/* Beside each line of `rings`, at the same index. previous: the member number that had the slot,
 * RING_SLOT_EMPTY if nobody. since: user space's own note of when the phase began. */
struct move_line {
	__u16 previous[RING_LINE_SLOTS];
	__u16 since[RING_LINE_SLOTS];
};

/*
 * Who has a flow: one word each, so that it is read and written whole. 0 is free. Low 32 bits: the high
 * ones of the flow's hash, so that they tell its slot; 0 stands as 1. Then 16 bits of member number (and
 * RECORD_ENDS), and 16 bits of time, in record units (see config), of the last packet. A flow may stand in
 * either of two lines of its service's table. A live record is never evicted; one that has been idle for
 * longer than the service allows is free.
 */
struct record_line {
	__u64 words[RECORD_LINE_WORDS];
};

_Static_assert(sizeof(struct move_line) == 128, "two cache lines");
_Static_assert(sizeof(struct record_line) == 64, "one cache line");
