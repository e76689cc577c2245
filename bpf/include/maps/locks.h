/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Where a kernel has no compare-and-swap (before Linux 5.12), this lock stands for it: one of all programs
 * over the same tables, at XDP and at tc, those that come and those that go. Other kernels leave it alone.
 */
#pragma once
#include <linux/bpf.h>

struct swap_lock {
	struct bpf_spin_lock lock;
};

_Static_assert(sizeof(struct swap_lock) == 4, "no padding");
