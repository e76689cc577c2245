/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* VLAN tags in the frame: stepped over, and kept. */
#pragma once
#include <linux/if_ether.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>

#define VLAN_TAGS 2
#define VLAN_ID   0x0fff

/* Of the IP header in a frame, which is behind tags: what it can be. */
#define NETWORK_MASK 0x1f

/* IEEE 802.1Q, as it follows an Ethernet header's type. */
struct vlan_tag {
	__be16 control;
	__be16 type;
};

static __always_inline _Bool is_tag(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

/* A tag's protocol and control. Frames are aligned to two bytes. */
struct tag_words {
	__be16 words[2];
};

#define TAGS_OFFSET (2 * ETH_ALEN)

/* The tags, moved to the front; then the type of what follows, whose place is returned. */
static __always_inline void *move_tags(struct tag_words *to, const struct tag_words *from, __u8 tags,
				       __be16 type)
{
	if (tags > 0)
		*to++ = *from++;
	if (tags > 1)
		*to++ = *from++;
	to->words[0] = type;
	return &to->words[1];
}
