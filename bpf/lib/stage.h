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

/*
 * The pointer, but what is read through it is read later than the value, on processors that reorder loads
 * too: an address that is computed from a value waits for it. One instruction; the value itself changes
 * nothing.
 */
static __always_inline void *after(__u64 value, const void *pointer)
{
	asm volatile("%0 &= 0" : "+r"(value));
	return (void *)pointer + value;
}

/*
 * The value, but as one that the compiler does not know: compared in the value's place, it leaves the value
 * itself what was read, and not what it was found equal to. For what `after` is to wait for.
 */
static __always_inline __u64 unrelated(__u64 value)
{
	asm volatile("" : "+r"(value));
	return value;
}

/* In one load, also where a structure promises half of the alignment that it has. */
static __always_inline __u64 load_word(const void *word)
{
	return *(const volatile __u64 *)word;
}

/* A pointer into the packet whose bounds are checked next: not to be read from the context again later. */
#define keep(pointer) asm volatile("" : "+r"(pointer))

/* A number of which the verifier shall not follow each value: what is after it is read once. */
#define forget(number) asm volatile("" : "+r"(number))

/* A number that the verifier shall not know any more, by another that it does not know: what is after it is
 * read once, and not once for each value. */
#define hide(number, unknown) asm volatile("%0 ^= %1\n%0 ^= %1" : "+r"(number) : "r"((__u64)(unknown)))

#define likely(condition)   __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
