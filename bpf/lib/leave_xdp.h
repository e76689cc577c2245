/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A route's device is a VLAN's or a bond's, and XDP sends by the card or bond below: with the tag that is
 * right there. A tag that the host has no device for is nobody's to take off.
 */
#pragma once
#include "fragment.h"
#include "layers.h"

/* The device has ceased to send since the route was asked for. */
#define NO_SENDER -2

static __always_inline int redirect_to(__u32 device)
{
	return bpf_redirect_map(&devices, device, 0) == XDP_REDIRECT ? 1 : NO_SENDER;
}

#define TAG_BYTES sizeof(struct vlan_tag)

/* A frame with a tag. */
struct tagged {
	__be16 macs[ETH_ALEN];
	__be16 protocol;
	struct vlan_tag tag;
};

/* NULL if the frame has no room for one. */
static __always_inline struct tagged *tagged_frame(struct context *ctx)
{
	struct tagged *frame = (void *)(long)ctx->data;

	return (void *)(frame + 1) > (void *)(long)ctx->data_end ? 0 : frame;
}

/* The outermost tag becomes another; its priority stays. */
static __always_inline _Bool change_tag(struct context *ctx, struct layer_tag to)
{
	struct tagged *frame = tagged_frame(ctx);

	if (!frame)
		return 0;
	frame->protocol = to.protocol;
	frame->tag.control = (frame->tag.control & ~bpf_htons(VLAN_ID)) | to.id;
	return 1;
}

/* Where the IP header is has changed, for fragments that follow. */
static __always_inline void move_piece(int by)
{
	struct piece *piece = this_piece();

	if (piece)
		piece->network += by;
}

static __always_inline _Bool take_tag(struct context *ctx)
{
	struct tagged *frame = tagged_frame(ctx);

	if (!frame)
		return 0;
#pragma unroll
	for (int i = ETH_ALEN - 1; i >= 0; i--)
		frame->macs[i + TAG_BYTES / sizeof(__be16)] = frame->macs[i];
	move_piece(-(int)TAG_BYTES);
	return !bpf_xdp_adjust_head(ctx, TAG_BYTES);
}

static __always_inline _Bool put_tag(struct context *ctx, struct layer_tag tag)
{
	struct tagged *frame;

	if (bpf_xdp_adjust_head(ctx, -(int)TAG_BYTES))
		return 0;
	frame = tagged_frame(ctx);
	if (!frame)
		return 0;
#pragma unroll
	for (int i = 0; i < ETH_ALEN; i++)
		frame->macs[i] = frame->macs[i + TAG_BYTES / sizeof(__be16)];
	frame->protocol = tag.protocol;
	frame->tag.control = tag.id;
	move_piece(TAG_BYTES);
	return 1;
}

static __always_inline _Bool exchange_tag(struct context *ctx, _Bool has, struct layer_tag to)
{
	if (has)
		return to.protocol ? change_tag(ctx, to) : take_tag(ctx);
	return !to.protocol || put_tag(ctx, to);
}

/* 0: by the port that it came in by. 1: it is redirected. Below 0: it cannot. */
__noinline int leave_by(struct context *ctx, __u32 device)
{
	const struct departure *departure = find_departure(device);
	struct layer_tag came = arrival_tag(ctx), leaves = {};
	__u32 port = device_of(ctx), base = device;
	const struct arrival *arrival = find_arrival(port, came);
	__u32 back = arrival ? arrival->base : port;

	if (departure) {
		leaves = departure->tag;
		base = departure->base;
	}
	if (!exchange_tag(ctx, arrival && came.protocol, leaves))
		return -1;
	if (back == base)
		return 0;
	return redirect_to(base);
}
