/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Reads the kernel's two clocks into the packet, for user space, which has no way to read jiffies: run by
 * BPF_PROG_RUN, attached nowhere. Needs Linux 5.5.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "include/clock.h"

SEC("xdp")
int clock(struct xdp_md *ctx)
{
	struct clock_reading *reading = (void *)(long)ctx->data;

	if ((void *)(reading + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	reading->jiffies = bpf_jiffies64();
	reading->nanoseconds = bpf_ktime_get_ns();
	return XDP_PASS;
}

const struct clock_reading clock_types SEC(".export") = {};

char LICENSE[] SEC("license") = "Dual BSD/GPL";
