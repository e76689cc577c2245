/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Read-only configuration of the programs on a backend, set before the object is loaded, and their verdicts.
 */
#pragma once
#include <linux/types.h>
#include "decap_verdict_list.h"

#define DECAP_VERDICT_ENUMERATOR(name, action, description) DECAP_##name,

/* 0: the story goes on. */
enum decap_verdict { DECAP_GO_ON, DECAP_VERDICTS(DECAP_VERDICT_ENUMERATOR) DECAP_VERDICT_COUNT };

/* Timeouts in seconds: how long a record of an option counts after its last packet. */
struct decap_settings {
	__u32 ipip;   /* 1: take IPIP off */
	__u32 option; /* 1: heed the options of services */
	__u32 timeout_tcp;
	__u32 timeout_closing; /* TCP, after a FIN from both sides */
	__u32 timeout_reset;   /* TCP, after a RST */
	__u32 timeout_udp;
	__u32 coarse_clock; /* 1: the kernel has one (Linux 5.11), which costs less */
};

_Static_assert(sizeof(struct decap_settings) == 28, "no padding");
