/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#define HOOK_TC
#include <linux/pkt_cls.h>
#include "capture.h"

/* Where the frame's destination asks for it, it comes with a tag beside it. */
static __always_inline void tag(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data;

	if ((void *)(data + 34) <= (void *)(long)skb->data_end && data[2])
		bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), data[2]);
}

SEC("tc")
int capture(struct __sk_buff *skb)
{
	tag(skb);
	return captured(skb) ? TC_ACT_OK : TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
