/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For a test: lb_xdp on a device that leaves no room in front of its frames. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* The verifier wants to see a context where one is called for. */
static __always_inline long no_room(struct xdp_md *ctx)
{
	long refused = -22;

	asm volatile("" : "+r"(refused) : "r"(ctx));
	return refused;
}

#define bpf_xdp_adjust_head(ctx, delta) no_room(ctx)
#include "../lb_xdp.bpf.c"
