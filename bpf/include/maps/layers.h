/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Devices above others: bonds above their members, VLAN devices above bonds and cards. Routes name those
 * above; at XDP, frames come by those below, and leave by them. User space writes who is above whom, and
 * sets SWITCH_LAYERED where there is anything to look for.
 *
 * A line has four entries, without order; port or device 0: none. Which line: see line_of_layer().
 */
#pragma once
#include <linux/types.h>

#define LAYERS_IN_LINE 4
#define LAYER_LINES    1024

/* Of a VLAN device, as frames have it: 802.1Q or 802.1ad, and the VLAN's number; both 0: no tag. */
struct layer_tag {
	__be16 protocol;
	__be16 id;
};

/*
 * Frames that come by a port with this outermost tag belong to a device, and a frame that is for `base`,
 * with the tag that is right there, may go back by the port: XDP_TX.
 */
struct arrival {
	__u32 port;
	struct layer_tag tag;
	__u32 device;
	__u32 base;
};

/* Frames for a device leave by `base`, with this tag in front. */
struct departure {
	__u32 device;
	struct layer_tag tag;
	__u32 base;
	__u32 pad;
};

struct arrival_line {
	struct arrival arrivals[LAYERS_IN_LINE];
};

struct departure_line {
	struct departure departures[LAYERS_IN_LINE];
};

_Static_assert(sizeof(struct arrival_line) == 64, "a cache line");
_Static_assert(sizeof(struct departure_line) == 64, "a cache line");
