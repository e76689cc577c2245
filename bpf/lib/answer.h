/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What this host answers as a backend, on its way out: it leaves as the service's answer. The kernel has
 * routed it to the client already.
 */
#pragma once
#include "nat.h"
#include "parse.h"
#include "precede.h"

/* Later fragments follow their first one; nothing else without ports is an answer. */
stage without_ports_on_its_way_out(struct context *ctx, const struct packet *packet)
{
	if (packet->unreadable != VERDICT_DROP_FRAGMENT || !find_fragment() ||
	    !this_piece_goes_by(FRAGMENT_STAYS))
		return VERDICT_PASS_FOREIGN;
	return leave_piece(ctx);
}

/* Written alone: where it goes, the kernel knows. */
stage rename_answer(struct context *ctx, struct packet *packet, const struct translation *to)
{
	enum verdict v = write_translation(ctx, packet, to);

	return v ? v : VERDICT_STACK_OWN_ANSWER;
}

static __always_inline enum verdict answer(struct context *ctx, struct packet *packet)
{
	struct translation to;
	__u32 *hop;
	enum verdict v;

	v = parse_packet(ctx, packet);
	if (v)
		return v;
	if (unlikely(packet->unreadable))
		return without_ports_on_its_way_out(ctx, packet);
	v = point_at_headers(ctx, packet);
	if (v)
		return v;
	measure(ctx, packet);
	packet->flow = flow_of(packet);
	v = from_member(packet, now(), &to, &hop);
	if (v)
		return v;
	return to.here ? rename_answer(ctx, packet, &to) : VERDICT_PASS_FOREIGN;
}
