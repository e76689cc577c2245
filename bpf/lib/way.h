/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The question of a route lookup, as the kernel reads it. */
#pragma once
#include "hop.h"
#include "packet.h"
#include "scratch.h"

/* What a packet is going to be. length: with the headers that are put before it, `overhead` bytes. */
struct way {
	struct address source;
	struct address destination;
	__be16 source_port;
	__be16 destination_port;
	__u16 overhead;
	__u8 family;
	__u8 protocol;
};

/*
 * One route lookup of this CPU: the question, what the kernel makes of it, and the answer. marks: type of
 * service, or class and flow label.
 */
struct route_lookup {
	struct bpf_fib_lookup fib;
	struct way way;
	__be32 marks;
	__u32 length;
	__u32 generation;
	struct route route;
	__u32 hop;
	__u32 tried; /* see mtu.h */
	__u32 from;  /* the device that it has come in by, as routes know it */
};

SCRATCH(this_lookup, struct route_lookup)

static __always_inline void fill_lookup(struct bpf_fib_lookup *fib, const struct route_lookup *lookup)
{
	const struct way *way = &lookup->way;

	fib->family = way->family;
	fib->l4_protocol = way->protocol;
	fib->sport = way->source_port;
	fib->dport = way->destination_port;
	fib->tot_len = lookup->length < 0xffff ? lookup->length : 0xffff;
	if (way->family == AF_INET) {
		fib->tos = lookup->marks;
		fib->ipv4_src = way->source.low;
		fib->ipv4_dst = way->destination.low;
	} else {
		fib->flowinfo = lookup->marks;
		__builtin_memcpy(fib->ipv6_src, &way->source, sizeof(fib->ipv6_src));
		__builtin_memcpy(fib->ipv6_dst, &way->destination, sizeof(fib->ipv6_dst));
	}
}
