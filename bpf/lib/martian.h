/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What no router forwards and no ICMP error answers: packets whose source is no single host. See the kernel's
 * ip_forward() and ip_route_input_slow(); RFC 1122 3.2.2, RFC 4443 2.4.
 */
#pragma once
#include "packet.h"

/* This network, loopback, multicast, broadcast. */
static __always_inline _Bool is_martian4(__u32 address)
{
	__u8 first = address >> 24;

	return first == 0 || first == 127 || first >> 4 == 14 || address == 0xffffffff;
}

/* Multicast, unspecified, loopback. */
static __always_inline _Bool is_martian6(struct address address)
{
	return (address.low & 0xff) == 0xff || (!address.low && !(address.high & ~bpf_cpu_to_be64(1)));
}

/* Asked before a connection is opened: those that are open have passed. */
stage check_source(const struct packet *packet)
{
	_Bool martian = packet->family == AF_INET ? is_martian4(bpf_ntohl(packet->source.low))
						  : is_martian6(packet->source);

	return martian || same_address(packet->source, packet->destination) ? VERDICT_DROP_MARTIAN
									    : VERDICT_GO_ON;
}
