/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The one list of outcomes: name, action, description. Each packet has exactly one. Numbers are counter
 * indexes, so new ones go to the end.
 *
 * PASS_: not ours, untouched. TX_, REDIRECT_: translated and sent. STACK_: translated and handed to the
 * kernel, which forwards it, or takes it. REPLY_: answered to its sender. DROP_: gone.
 */
#pragma once

/* clang-format off */
#define VERDICTS(verdict) \
	verdict(PASS_TRUNCATED, PASS, "cut short inside its headers, or malformed") \
	verdict(PASS_ETHERTYPE, PASS, "neither IPv4 nor IPv6 (ARP, more than two VLAN tags, ...)") \
	verdict(PASS_PROTOCOL, PASS, "nothing that services have: TCP, UDP, ICMP errors about them, pings; or not at the end of its source route") \
	verdict(PASS_FOREIGN, PASS, "not for a service") \
	verdict(PASS_NO_CONNECTION, PASS, "to an own address and NAT port, or an ICMP error, that belongs to no connection") \
	verdict(TX_TO_BACKEND, TX, "from a client, sent to its backend by the device it came in by") \
	verdict(REDIRECT_TO_BACKEND, REDIRECT, "from a client, sent to its backend by another device") \
	verdict(TX_TO_CLIENT, TX, "from a backend, sent to its client by the device it came in by") \
	verdict(REDIRECT_TO_CLIENT, REDIRECT, "from a backend, sent to its client by another device") \
	verdict(STACK_NO_NEIGHBOUR, PASS, "translated; the kernel resolves the next hop and forwards") \
	verdict(STACK_FRAGMENTS, PASS, "translated; larger than the route's MTU, the kernel fragments") \
	verdict(STACK_ENCAPSULATES, PASS, "translated; the route is a tunnel, the kernel encapsulates") \
	verdict(REPLY_TOO_BIG, TX, "larger than the route's MTU; its sender was told by ICMP") \
	verdict(DROP_FRAGMENT, DROP, "fragment to a service, whose first one has not come by or is too long ago") \
	verdict(DROP_EXTENSION_HEADERS, DROP, "more IPv6 extension headers than are followed") \
	verdict(DROP_TTL, DROP, "TTL or hop limit used up") \
	verdict(DROP_NO_SERVICE, DROP, "the service table leads to an id that does not exist") \
	verdict(DROP_NO_BACKEND, DROP, "the service has no backend for it") \
	verdict(DROP_NO_MEMBER, DROP, "the ring leads to a member that does not exist") \
	verdict(DROP_NO_SOURCE, DROP, "no own address towards the backend") \
	verdict(DROP_NO_CONNECTION, DROP, "of a connection that is not known: TCP RST, or for a moment while tables are exchanged") \
	verdict(DROP_NAT_FULL, DROP, "no free entry for a new connection") \
	verdict(DROP_NAT_NO_PORT, DROP, "no free port towards the backend for a new connection") \
	verdict(DROP_NAT_CONTENDED, DROP, "another CPU was opening the same connection") \
	verdict(DROP_SERVICE_GONE, DROP, "from a backend, but the connection's service is gone") \
	verdict(DROP_FORWARDING_DISABLED, DROP, "forwarding is off on the device it came in by") \
	verdict(DROP_BLACKHOLE, DROP, "the route is a blackhole") \
	verdict(DROP_UNREACHABLE, DROP, "the route is unreachable") \
	verdict(DROP_PROHIBIT, DROP, "the route prohibits") \
	verdict(DROP_NOT_FORWARDED, DROP, "there is no route, or it leads to this host itself") \
	verdict(DROP_ROUTE_ERROR, DROP, "the route lookup failed") \
	verdict(DROP_TOO_BIG, DROP, "larger than the route's MTU, and its sender could not be told") \
	verdict(PASS_GROUP, PASS, "for a service, but in a frame to a group: broadcast or multicast") \
	verdict(DROP_MARTIAN, DROP, "its source is the service itself, or no single host") \
	verdict(DROP_NO_NEIGHBOUR, DROP, "the MAC address of the next hop is not known") \
	verdict(DROP_NO_HEADROOM, DROP, "the device leaves no room for a header in front") \
	verdict(DROP_OPTION, DROP, "IP options or extension headers leave no place for the option of DSR") \
	verdict(REPLY_PING, TX, "ping to an address of a service, answered") \
	verdict(DROP_SOURCE_RANGE, DROP, "the service does not admit clients of this address") \
	verdict(DROP_RATE_LIMIT, DROP, "clients of this prefix open more connections than the service allows") \
	verdict(STACK_DEVICE, PASS, "translated; the route's device takes no frames from XDP, the kernel forwards") \
	verdict(PASS_OTHER_HOST, PASS, "for a service, but in a frame to another host's MAC address") \
	verdict(STACK_OWN_BACKEND, PASS, "from a client, translated; its backend is this host, whose stack takes it") \
	verdict(STACK_OWN_ANSWER, PASS, "from a backend that is this host, translated on its way out")
/* clang-format on */
