/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Tags in the frame, which the kernel neither lengthens nor shortens packets behind: taken off before, put
 * back after. The outermost one that a device gives is beside the frame, and in nobody's way; so this is for
 * two tags.
 */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "scratch.h"
#include "stage.h"
#include "vlan.h"

/* As a frame has it: its protocol stands before it. */
struct lifted_tag {
	__be16 protocol;
	__be16 control;
};

#define LIFTED_TAGS (VLAN_TAGS + 1)

/* The outermost first. */
struct lifted {
	struct lifted_tag tags[LIFTED_TAGS];
	__u32 count;
};

SCRATCH(this_lifted, struct lifted)

static __always_inline _Bool note_tags(struct __sk_buff *skb, struct lifted *lifted, __u32 in_frame)
{
	__u32 beside = skb->vlan_present ? 1 : 0;

	if (beside)
		lifted->tags[0] = (struct lifted_tag){skb->vlan_proto, bpf_htons(skb->vlan_tci)};
#pragma unroll
	for (__u32 i = 0; i < VLAN_TAGS; i++)
		if (i < in_frame && bpf_skb_load_bytes(skb, TAGS_OFFSET + i * sizeof(struct lifted_tag),
						       &lifted->tags[beside + i], sizeof(struct lifted_tag)))
			return 0;
	lifted->count = beside + in_frame;
	return 1;
}

/* in_frame: how many. 1 if there are none any more. */
__noinline int take_tags(struct __sk_buff *skb, __u32 in_frame)
{
	struct lifted *lifted = this_lifted();

	if (!lifted || !note_tags(skb, lifted, in_frame))
		return 0;
#pragma unroll
	for (__u32 i = 0; i < LIFTED_TAGS; i++)
		if (i < lifted->count && bpf_skb_vlan_pop(skb))
			return 0;
	return 1;
}

/* 1 if all that were taken off are there again. */
__noinline int put_tags(struct __sk_buff *skb)
{
	struct lifted *lifted = this_lifted();

	if (!lifted)
		return 0;
	for (int i = LIFTED_TAGS - 1; i >= 0; i--)
		if ((__u32)i < lifted->count &&
		    bpf_skb_vlan_push(skb, lifted->tags[i].protocol, bpf_ntohs(lifted->tags[i].control)))
			return 0;
	return 1;
}

static __always_inline _Bool lift_tags(struct __sk_buff *skb, __u32 in_frame)
{
	struct lifted *lifted = this_lifted();

	if (!lifted)
		return 0;
	lifted->count = 0;
	return likely(!in_frame) || take_tags(skb, in_frame);
}

static __always_inline _Bool put_tags_back(struct __sk_buff *skb)
{
	struct lifted *lifted = this_lifted();

	return lifted && (likely(!lifted->count) || put_tags(skb));
}
