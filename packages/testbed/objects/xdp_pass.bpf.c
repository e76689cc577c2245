// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Passes every packet. A veth takes in what its peer sends by XDP_TX or redirect only while an XDP
 * program is attached to it.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int xdp_pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
