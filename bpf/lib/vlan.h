/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* VLAN tags in the frame: stepped over, and kept. */
#pragma once
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>

#define VLAN_TAGS 2

/* IEEE 802.1Q, as it follows an Ethernet header's type. */
struct vlan_tag {
	__be16 control;
	__be16 type;
};

static __always_inline _Bool is_tag(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}
