/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A frame as capture.h reads it at tc: see hook.h. It may be in pieces, and its outermost tag is beside it,
 * where it is put back in between.
 */
#pragma once
#include "../include/capture.h"
#include "hook_tc.h"
#include "vlan.h"

/* The kernel counts from 1; 0: it has not noted any. */
static __always_inline __u32 queue_of(const struct context *ctx)
{
	__u32 queue = field_of(ctx, queue_mapping);

	return queue ? queue - 1 : 0;
}

static __always_inline __u32 length_of(const struct context *ctx)
{
	return field_of(ctx, len) + (field_of(ctx, vlan_present) ? sizeof(struct tag_words) : 0);
}

/* So many of its bytes from `from` on, to `at`; fewer where they would end behind the record. */
static __always_inline void copy_part(struct context *ctx, struct capture_record *record, __u32 from,
				      const __u32 at, __u64 bytes)
{
	if (bytes > CAPTURE_BYTES - at)
		bytes = CAPTURE_BYTES - at;
	/* Two questions, each of which Linux 6.1 learns a bound from: the compiler knows better. */
	forget(bytes);
	if ((__s64)bytes <= 0)
		return;
	forget(bytes);
	if (bytes <= CAPTURE_BYTES - at)
		bpf_skb_load_bytes(ctx, from, record->bytes + at, bytes);
}

/* Its first bytes, `most` of them at most. */
static __always_inline void copy_frame(struct context *ctx, struct capture_record *record, __u32 most)
{
	const __u32 behind = TAGS_OFFSET + sizeof(struct tag_words);
	__u32 length = field_of(ctx, len);
	struct tag_words *tag = (void *)(record->bytes + TAGS_OFFSET);

	if (!field_of(ctx, vlan_present)) {
		copy_part(ctx, record, 0, 0, most < length ? most : length);
		return;
	}
	copy_part(ctx, record, 0, 0, TAGS_OFFSET);
	tag->words[0] = field_of(ctx, vlan_proto);
	tag->words[1] = bpf_htons(field_of(ctx, vlan_tci));
	length -= TAGS_OFFSET;
	copy_part(ctx, record, TAGS_OFFSET, behind, most - behind < length ? most - behind : length);
}
