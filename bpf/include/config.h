/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Read-only configuration of lb_xdp, set before the object is loaded. There are no useful defaults: whoever
 * loads the object sets all of it.
 *
 * A mask is a table's number of lines, a power of two, less one. Timeouts are in jiffies and below 2^30.
 */
#pragma once
#include <linux/types.h>

struct lb_config {
	__u64 hash_key0;
	__u64 hash_key1;
	__u32 services4_mask;
	__u32 services6_mask;
	__u32 nat_mask;
	__u16 nat_port_min; /* the first and the last port that connections to members come from */
	__u16 nat_port_max;
	__u32 jiffies_per_second;
	__u32 timeout_opening;     /* no answer yet, any protocol */
	__u32 timeout_established; /* TCP */
	__u32 timeout_closing;     /* TCP */
	__u32 timeout_closed;      /* TCP */
	__u32 timeout_other;       /* answered, other than TCP */

	__u32 pulse_limit;  /* how old the control plane's pulse may be for cached routes to be used */
	__u32 hops_mask;    /* of the table of next hops */
	__u32 record_shift; /* records' time is in units of 2^record_shift jiffies, of a second or little more
			     */
	__be32 tunnel_source4; /* outer source of encapsulated packets, whose spread bits the flow fills; 0:
				*/
	__be32 tunnel_spread4; /* an own address towards the member */
	__be32 tunnel_source6[4];
	__be32 tunnel_spread6[4];
	__u32 rates_mask; /* of the lines that count what clients open */
	__u32 fragments_mask;
	__u32 timeout_fragment; /* how long fragments follow their first one */
	__u32 pad;
};

_Static_assert(sizeof(struct lb_config) == 128, "no hidden padding");
