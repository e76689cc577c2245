/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Compare-and-swap, for words in maps that CPUs share: a word becomes `to` if it is `from`, and what it was
 * is returned.
 *
 * Linux before 5.12 has no such instruction, and refuses a program in which it stands even where it is never
 * reached. So it gets objects of its own (OLD_KERNEL), where one lock stands for it: what opens a connection
 * waits for other CPUs that do; what goes on with one does not.
 */
#pragma once
#include "maps.h"

#ifndef OLD_KERNEL

static __always_inline __u32 swap32(__u32 *word, __u32 from, __u32 to)
{
	return __sync_val_compare_and_swap(word, from, to);
}

static __always_inline __u64 swap64(__u64 *word, __u64 from, __u64 to)
{
	return __sync_val_compare_and_swap(word, from, to);
}

/* Nothing is written before what was written until here, on any processor. 5 ns: for what happens once a
 * connection. */
static __always_inline void full_barrier(void)
{
	__u64 word = 0;

	swap64(&word, 0, 0);
}

#else

static __always_inline struct swap_lock *swap_lock(void)
{
	__u32 only = 0;

	return bpf_map_lookup_elem(&swap_locks, &only);
}

static __always_inline __u32 swap32(__u32 *word, __u32 from, __u32 to)
{
	struct swap_lock *held = swap_lock();
	__u32 found;

	if (!held)
		return ~from;
	bpf_spin_lock(&held->lock);
	found = *(volatile __u32 *)word;
	if (found == from)
		*(volatile __u32 *)word = to;
	bpf_spin_unlock(&held->lock);
	return found;
}

static __always_inline __u64 swap64(__u64 *word, __u64 from, __u64 to)
{
	struct swap_lock *held = swap_lock();
	__u64 found;

	if (!held)
		return ~from;
	bpf_spin_lock(&held->lock);
	found = *(volatile __u64 *)word;
	if (found == from)
		*(volatile __u64 *)word = to;
	bpf_spin_unlock(&held->lock);
	return found;
}

/* What was written before a lock is given back is seen by whoever takes it after; so by this CPU, too. */
static __always_inline void full_barrier(void)
{
	struct swap_lock *held = swap_lock();

	if (!held)
		return;
	bpf_spin_lock(&held->lock);
	bpf_spin_unlock(&held->lock);
	bpf_spin_lock(&held->lock);
	bpf_spin_unlock(&held->lock);
}

#endif
