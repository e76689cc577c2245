/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A frame as capture.h reads it at XDP: see hook.h. */
#pragma once
#include "../include/capture.h"
#include "hook_xdp.h"

static __always_inline __u32 queue_of(const struct context *ctx)
{
	return ctx->rx_queue_index;
}

static __always_inline __u32 length_of(const struct context *ctx)
{
	return (void *)(long)ctx->data_end - (void *)(long)ctx->data;
}

/* Its first bytes, `most` of them or a few more. */
static __always_inline void copy_frame(struct context *ctx, struct capture_record *record, __u32 most)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	__u32 i;

	for (i = 0; i < CAPTURE_BYTES; i += 8) {
		if (i >= most || data + i + 8 > end)
			break;
		*(__u64 *)(record->bytes + i) = *(__u64 *)(data + i);
	}
	for (__u32 last = 0; last < 8; last++, i++) {
		if (i >= CAPTURE_BYTES || data + i + 1 > end)
			break;
		record->bytes[i] = *(__u8 *)(data + i);
	}
}
