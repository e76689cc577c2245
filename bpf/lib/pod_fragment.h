/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Later fragments follow their first one, whose ports they do not have. One that comes before it is left as
 * it is. */
#pragma once
#include "pod_packet.h"

static __always_inline struct pod_fragment_key fragment_key(struct context *ctx, const struct piece *piece)
{
	struct pod_fragment_key key = {
		.id = piece->first.id,
		.device = device_of(ctx),
		.protocol = piece->first.protocol,
		.family = piece->family,
	};

	store_address(key.source, stored_address(piece->first.source));
	store_address(key.destination, stored_address(piece->first.destination));
	return key;
}

/* What has become of the first one. */
static __always_inline void note_first(struct context *ctx, const struct translation *to,
				       enum pod_verdict verdict)
{
	struct piece *piece = this_piece();
	struct pod_fragment fragment = {.verdict = verdict};
	struct pod_fragment_key key;

	if (!piece)
		return;
	key = fragment_key(ctx, piece);
	store_address(fragment.source, to->source);
	store_address(fragment.destination, to->destination);
	bpf_map_update_elem(&pod_fragments, &key, &fragment, BPF_ANY);
}

/* stranger: the verdict where the first one is not known. */
pod_stage follow_first(struct context *ctx, struct packet *packet, enum pod_verdict stranger)
{
	struct piece *piece = this_piece();
	struct pod_fragment *first;
	struct pod_fragment_key key;
	struct translation to = {};

	if (!piece)
		return stranger;
	key = fragment_key(ctx, piece);
	first = bpf_map_lookup_elem(&pod_fragments, &key);
	if (!first)
		return stranger;
	to.source = stored_address(first->source);
	to.destination = stored_address(first->destination);
	if (rewrite(ctx, packet, &to))
		return POD_DROP_NOT_WRITTEN;
	return turn_to_pod(ctx, first->verdict);
}
