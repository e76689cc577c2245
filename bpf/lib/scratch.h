/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Memory of this CPU for what a slow path hands to a function: the stack has 512 bytes for all that is called
 * together, and what a function is given a pointer to cannot stay in registers.
 */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Defines `own()`, a pointer to this CPU's own value. A packet is done with by the CPU that began it. */
#define SCRATCH(own, content)                                                                                \
	struct {                                                                                             \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);                                                     \
		__uint(max_entries, 1);                                                                      \
		__uint(key_size, sizeof(__u32));                                                             \
		__uint(value_size, sizeof(content));                                                         \
	} own##s SEC(".maps") __attribute__((btf_decl_tag("private")));                                      \
                                                                                                             \
	static __always_inline content *own(void)                                                            \
	{                                                                                                    \
		__u32 only = 0;                                                                              \
                                                                                                             \
		return bpf_map_lookup_elem(&own##s, &only);                                                  \
	}
