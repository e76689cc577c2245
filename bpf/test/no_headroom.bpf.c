/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For a test: lb_xdp on a device that leaves no room in front of its frames. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define bpf_xdp_adjust_head(ctx, delta) (-22)
#include "../lb_xdp.bpf.c"
