/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * At tc, a VLAN device or a bond takes what is redirected to it, and does the rest. But the tag that a frame
 * came with would stay, behind that device's own.
 */
#pragma once
#include "layers.h"

#define NO_SENDER -2

static __always_inline int redirect_to(__u32 device)
{
	bpf_redirect(device, 0);
	return 1;
}

/* 0: by the device that it came in by. 1: it is redirected. Below 0: it cannot. */
__noinline int leave_by(struct context *ctx, __u32 device)
{
	struct layer_tag came = arrival_tag(ctx);
	__u32 port = device_of(ctx);

	if (came.protocol && find_arrival(port, came) && bpf_skb_vlan_pop(ctx))
		return -1;
	if (device == port)
		return 0;
	return redirect_to(device);
}
