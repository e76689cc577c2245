/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A capture around a stand-in for the datapath, for tests: it sends on to 10.1.0.11 what it lets pass, and
 * its verdict is the first byte of the frame's destination.
 */
#pragma once
#include "../lib/capture.h"

/* Whether the frame leaves. */
static __always_inline _Bool captured(struct context *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	__u32 verdict, leaves;

	capture_arrival(ctx);
	data = (void *)(long)ctx->data;
	if ((void *)(data + 34) > (void *)(long)ctx->data_end)
		return 0;
	verdict = data[0];
	leaves = data[1];
	if (leaves && data[12] == 8 && data[13] == 0) {
		*(__u16 *)(data + 30) = bpf_htons(0x0a01);
		*(__u16 *)(data + 32) = bpf_htons(0x000b);
	}
	capture_departure(ctx, verdict, leaves);
	return leaves;
}
