/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The ports that connections to members come from, and that replies go to. */
#pragma once
#include <bpf/bpf_endian.h>
#include "maps.h"

static __always_inline _Bool in_nat_range(__be16 port)
{
	__u16 host = bpf_ntohs(port);

	return host >= config.nat_port_min && host <= config.nat_port_max;
}
