/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Who serves a flow whose slot does not decide: because it changes hands, or because the service chooses at
 * random. The rules stand in include/maps/moves.h.
 */
#pragma once
#include "record.h"
#include "scratch.h"

/* A flow that asks for a member. */
struct contender {
	__u64 flow; /* hash_slot */
	__u64 tables;
	__u32 service;
	__u32 slot;
	__u32 number; /* what the slot says, without its phase */
	__u8 phase;
	__u8 intent; /* enum intent */
	__u8 ends;   /* FIN or RST */
	__u8 pad;
};

SCRATCH(this_contender, struct contender)

/* What a packet tells about its flow. WATCHES: it is not of the flow (an ICMP error), and changes nothing. */
enum intent { INTENT_UNKNOWN, INTENT_OPENS, INTENT_GOES_ON, INTENT_WATCHES };

static __always_inline enum renewal renewal_by(const struct contender *contender)
{
	if (contender->intent == INTENT_WATCHES)
		return RENEW_NOT;
	if (contender->intent == INTENT_OPENS)
		return RENEW_AS_NEW;
	return contender->ends ? RENEW_TO_END : RENEW;
}

static __always_inline __u32 previous_number(const struct contender *contender)
{
	__u32 line = ring_line_of(contender->tables, contender->slot);
	struct move_line *moved = bpf_map_lookup_elem(&moves, &line);

	return moved ? moved->previous[contender->slot % RING_LINE_SLOTS] & RING_SLOT_NUMBER
		     : RING_SLOT_EMPTY;
}

/* Any slot's member: a new flow of a service that chooses at random. */
static __always_inline __u32 random_number(const struct contender *contender)
{
	__u32 slot = bpf_get_prandom_u32() >> (32 - (ring_log2(contender->tables) & 31));

	return read_slot(contender->tables, slot) & RING_SLOT_NUMBER;
}

/*
 * What follows gives a member's number; or NO_RECORD if another CPU has written where the record was to go,
 * perhaps the same flow's. gone: the member that the flow's record names and that is no longer used, or
 * NO_RECORD.
 *
 * New flows are spread at random and recorded. Without room for a record the ring decides, for good.
 */
static __always_inline __u32 spread(const struct contender *contender, __u32 gone)
{
	__u32 number = random_number(contender);

	if (contender->intent == INTENT_GOES_ON || contender->intent == INTENT_WATCHES)
		return contender->number;
	switch (write_record(number, gone)) {
	case RECORD_WRITTEN:
		return number;
	case RECORD_LOST:
		return NO_RECORD;
	default:
		return contender->number;
	}
}

/* Nothing is recorded of the flow: does it come from before the move? */
static __always_inline __u32 settle_move(const struct contender *contender, __u32 gone)
{
	__u32 previous = previous_number(contender);
	__u32 number = contender->intent == INTENT_OPENS ? contender->number : previous;

	if (contender->phase == PHASE_SETTLED || !is_used(contender->tables, previous))
		return contender->number;
	if (number == RING_SLOT_EMPTY || contender->intent == INTENT_WATCHES ||
	    (contender->intent != INTENT_OPENS && contender->phase != PHASE_HARVEST))
		return number;
	switch (write_record(number, gone)) {
	case RECORD_WRITTEN:
		return number;
	case RECORD_LOST:
		return NO_RECORD;
	default:
		return previous;
	}
}

static __always_inline __u32 ask(const struct contender *contender)
{
	__u32 number = read_record(renewal_by(contender));

	if (number != NO_RECORD && is_used(contender->tables, number))
		return number;
	return contender->phase ? settle_move(contender, number) : spread(contender, number);
}

/* Another CPU was quicker: what has it recorded? */
__noinline int ask_again(void)
{
	const struct contender *contender = this_contender();

	return contender ? ask(contender) : NO_RECORD;
}

/* The number of the member that serves this_contender(). */
__noinline int contend(void)
{
	const struct contender *contender = this_contender();
	struct service *service;
	__u32 number;

	if (!contender)
		return RING_SLOT_EMPTY;
	service = bpf_map_lookup_elem(&services, &contender->service);
	if (!service || !find_records(service, contender->service, contender->flow))
		return contender->number;
	number = ask(contender);
	for (int i = 1; i < RECORD_ATTEMPTS && number == NO_RECORD; i++)
		number = ask_again();
	if (number != NO_RECORD)
		return number;
	return contender->phase ? previous_number(contender) : contender->number;
}
