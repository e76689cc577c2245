/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What is known of a packet that comes in fragments, of which later ones have no ports. */
#pragma once
#include "../include/maps/fragments.h"
#include "packet.h"
#include "scratch.h"

/* The fragment that this CPU is at. first: its key, then where its first one goes. The others: of its frame.
 */
struct piece {
	struct fragment first;
	__u32 bytes;
	__u16 network;
	__u16 length;
	__u8 tags;
	__u8 family;
};

SCRATCH(this_piece, struct piece)

/* What is known of a packet that comes in fragments. Only a later one has no ports. */
static __always_inline void name_fragment(struct packet *packet, __be32 id, __u8 protocol, _Bool later)
{
	struct piece *piece = this_piece();

	if (later || !piece)
		packet->unreadable = VERDICT_DROP_FRAGMENT;
	if (!piece)
		return;
	store_address(piece->first.source, packet->source);
	store_address(piece->first.destination, packet->destination);
	piece->first.id = id;
	piece->first.protocol = protocol;
	piece->bytes = packet->bytes;
	piece->network = packet->network;
	piece->length = packet->length;
	piece->tags = packet->tags;
	piece->family = packet->family;
	if (!later)
		packet->bytes |= FIRST_FRAGMENT;
}
