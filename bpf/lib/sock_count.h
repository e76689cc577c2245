/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The single exit: each call of a hook is counted once, by its verdict, which says what the hook returns. */
#pragma once
#include <linux/errno.h>
#include "sock_maps.h"

#define SOCK_IS_PASS_PASS                       1
#define SOCK_IS_PASS_REFUSE                     0
#define SOCK_IF_PASS(name, action, description) | (__u64)SOCK_IS_PASS_##action << SOCK_##name

_Static_assert(SOCK_VERDICT_COUNT <= VERDICT_LINES && VERDICT_LINES == 64, "a set of verdicts is one word");

static __always_inline void count(enum sock_verdict verdict)
{
	__u32 index = verdict;
	__u64 *counter = bpf_map_lookup_elem(&sock_counters, &index);

	if (counter)
		(*counter)++;
}

/* What the system call says, in place of EPERM. */
static __always_inline int error_of(enum sock_verdict verdict)
{
	if (verdict == SOCK_REFUSE_BIND)
		return -EADDRINUSE;
	if (verdict == SOCK_REFUSE_NO_LOCAL_BACKEND)
		return -EHOSTUNREACH;
	return verdict == SOCK_REFUSE_NOT_REMEMBERED ? -ENOMEM : -ECONNREFUSED;
}

/* 1: the system call goes on; 0: it fails. */
static __always_inline int finish(enum sock_verdict verdict)
{
	count(verdict);
	if ((0 SOCK_VERDICTS(SOCK_IF_PASS)) >> verdict & 1)
		return 1;
	if (config.says_why)
		bpf_set_retval(error_of(verdict));
	return 0;
}
