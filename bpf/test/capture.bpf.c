/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#include "capture.h"

SEC("xdp")
int capture(struct xdp_md *ctx)
{
	return captured(ctx) ? XDP_TX : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
