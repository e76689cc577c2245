/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * May a socket of the host be bound there? Not where a frontend would take its connections away: a NodePort,
 * at any address or at one of this node's, or an external address. What is bound to :: is taken to serve
 * IPv4, too: whether it does is not told. A pod's own addresses are its own.
 */
#pragma once
#include "sock_caller.h"
#include "sock_service.h"

static __always_inline _Bool is_protected(const struct sock_frontend *frontend)
{
	return frontend && frontend->flags & SOCK_PROTECTED;
}

static __always_inline _Bool is_shadowing(const struct sock_call *call)
{
	const __be32 *address = call->address;
	const __be32 any4[4] = {0, 0, MAPPED, 0};

	if (is_protected(find_frontend(call, 1)))
		return 1;
	return !(address[0] | address[1] | address[2] | address[3]) &&
	       is_protected(look_up(any4, call->port, call->protocol));
}

sock_stage check_bind(const struct sock_call *call)
{
	_Bool is_host;
	enum sock_verdict v;

	if (!config.protect_bind || !call->port)
		return SOCK_PASS_BIND;
	v = check_caller(call, &is_host);
	if (v || !is_host)
		return SOCK_PASS_BIND;
	return is_shadowing(call) ? SOCK_REFUSE_BIND : SOCK_PASS_BIND;
}
