/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A stage of a program's story takes what is known, fills one thing, and returns 0 to go on or the packet's
 * verdict. Stages are inlined: a call costs 8 ns.
 */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include "../include/verdict.h"

#define stage static __always_inline __attribute__((warn_unused_result)) enum verdict

#define likely(condition)   __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
