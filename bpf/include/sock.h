/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Read-only configuration of sock_lb, set before the object is loaded, and its verdicts. */
#pragma once
#include <linux/types.h>
#include "sock_verdict_list.h"

#define SOCK_VERDICT_ENUMERATOR(name, action, description) SOCK_##name,

/* 0: the story goes on. */
enum sock_verdict { SOCK_GO_ON, SOCK_VERDICTS(SOCK_VERDICT_ENUMERATOR) SOCK_VERDICT_COUNT };

struct sock_settings {
	__u64 host_netns;       /* the cookie of the host's network namespace; 0: the initial one's */
	__u32 host_only;        /* 1: pods' sockets are left alone */
	__u32 protect_bind;     /* 1: no local socket may shadow a frontend with SOCK_PROTECTED */
	__u32 says_why;         /* 1: the kernel lets a program choose a system call's error */
	__u32 connections_mask; /* one less than the places of `sock_connections`, a power of two */
};

_Static_assert(sizeof(struct sock_settings) == 24, "no hidden padding");
