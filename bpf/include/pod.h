/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Read-only configuration of pod_tc, set before the object is loaded, and its verdicts. */
#pragma once
#include <linux/types.h>
#include "pod_verdict_list.h"

#define POD_VERDICT_ENUMERATOR(name, action, description) POD_##name,

/* 0: the story goes on. */
enum pod_verdict { POD_GO_ON, POD_VERDICTS(POD_VERDICT_ENUMERATOR) POD_VERDICT_COUNT };

/* Timeouts in jiffies, below 2^31. loopback: whom a pod sees that reaches itself. */
struct pod_settings {
	__be32 loopback6[4];
	__be32 loopback4;
	__u32 jiffies_per_second;
	__u32 timeout_opening;     /* no answer yet, any protocol */
	__u32 timeout_established; /* TCP */
	__u32 timeout_closed;      /* TCP, after a RST or a FIN from both sides */
	__u32 timeout_other;       /* answered, other than TCP */
};

_Static_assert(sizeof(struct pod_settings) == 40, "no hidden padding");
