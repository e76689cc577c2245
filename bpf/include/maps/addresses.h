/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The MAC addresses that frames for this host have, by the device that the program meets them on: the
 * device's own, and those of what is above it (a bond, a bridge, a VRRP router's macvlan). User space writes
 * them; a device of which none are known takes all frames.
 *
 * A table of words, each of which stands in one of so many places, beginning with its own: see
 * own_address_place(). 0: none.
 */
#pragma once
#include <linux/types.h>

#define OWN_ADDRESSES      1024
#define OWN_ADDRESS_SHIFT  54 /* leaves as many */
#define OWN_ADDRESS_PLACES 8

/* One load on little-endian machines. device: the low 16 bits of its number. Address 0: the device's are
 * known. */
struct own_address {
	__u16 device;
	__u8 address[6];
};

_Static_assert(sizeof(struct own_address) == 8, "one word");
