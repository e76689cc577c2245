/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For a test: lb_tc where the kernel finds no room in front of a packet. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* The verifier wants to see a context where one is called for. */
static __always_inline long no_room(struct __sk_buff *skb, int length)
{
	long refused = -12;

	(void)length;
	asm volatile("" : "+r"(refused) : "r"(skb));
	return refused;
}

#define bpf_skb_adjust_room(skb, length, mode, flags) no_room(skb, length)
#include "../lb_tc.bpf.c"
