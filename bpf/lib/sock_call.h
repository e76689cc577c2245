/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A system call about an address: whose it is, and which. Here alone the families differ: an IPv4 address is
 * ::ffff:a.b.c.d in all that follows.
 */
#pragma once
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include "../include/sock.h"
#include "sock_tables.h"
#include "stage.h"

#define sock_stage static __always_inline __attribute__((warn_unused_result)) enum sock_verdict
#define MAPPED     bpf_htonl(0xffff)

/* Of the hooks of IPv4, or of IPv6. */
enum hook_family { HOOK4, HOOK6 };

struct sock_call {
	__u64 cookie; /* the socket's */
	__u64 netns;  /* its network namespace's */
	__be32 address[4];
	__be16 port;
	__u8 protocol;
};

static __always_inline void read_address(const struct bpf_sock_addr *ctx, enum hook_family family,
					 struct sock_call *call)
{
	if (family == HOOK4) {
		call->address[0] = call->address[1] = 0;
		call->address[2] = MAPPED;
		call->address[3] = ctx->user_ip4;
	} else {
		call->address[0] = ctx->user_ip6[0];
		call->address[1] = ctx->user_ip6[1];
		call->address[2] = ctx->user_ip6[2];
		call->address[3] = ctx->user_ip6[3];
	}
	call->port = ctx->user_port;
}

sock_stage read_call(struct bpf_sock_addr *ctx, enum hook_family family, struct sock_call *call)
{
	if (ctx->protocol != IPPROTO_TCP && ctx->protocol != IPPROTO_UDP)
		return SOCK_PASS_PROTOCOL;
	call->protocol = ctx->protocol;
	call->cookie = bpf_get_socket_cookie(ctx);
	call->netns = bpf_get_netns_cookie(ctx);
	read_address(ctx, family, call);
	return SOCK_GO_ON;
}

/* An address of the other family cannot be written; user space gives no frontend such a backend. */
static __always_inline void write_address(struct bpf_sock_addr *ctx, enum hook_family family,
					  const __be32 address[4], __be16 port)
{
	if (family == HOOK4) {
		ctx->user_ip4 = address[3];
	} else {
		ctx->user_ip6[0] = address[0];
		ctx->user_ip6[1] = address[1];
		ctx->user_ip6[2] = address[2];
		ctx->user_ip6[3] = address[3];
	}
	ctx->user_port = port;
}

static __always_inline void copy_address(__be32 to[4], const __be32 from[4])
{
	to[0] = from[0];
	to[1] = from[1];
	to[2] = from[2];
	to[3] = from[3];
}

static __always_inline _Bool is_mapped(const __be32 address[4])
{
	return !(address[0] | address[1]) && address[2] == MAPPED;
}

/* 127.0.0.0/8 and ::1; what is unspecified leads there, too. */
static __always_inline _Bool is_loopback(const __be32 address[4])
{
	if (is_mapped(address))
		return !address[3] || (address[3] & bpf_htonl(0xff000000)) == bpf_htonl(0x7f000000);
	return !(address[0] | address[1] | address[2]) && (!address[3] || address[3] == bpf_htonl(1));
}
