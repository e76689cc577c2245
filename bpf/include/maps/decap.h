/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What a backend knows. `decap_sources`: who may send IPIP; `decap_vips`: the service addresses; both by
 * prefix. `decap_own`: this host's addresses, which IPIP may be sent to. `decap_flows`: what the options of
 * packets said. `decap_fragments`: whose the later fragments of a reply are.
 *
 * An address is 16 bytes, an IPv4 one is written as ::ffff:a.b.c.d, so that prefixes of both families share a
 * map: an IPv4 prefix is 96 bits longer there.
 */
#pragma once
#include <linux/types.h>

struct decap_prefix {
	__u32 length;
	__be32 address[4];
};

_Static_assert(sizeof(struct decap_prefix) == 20, "no padding");

struct decap_address {
	__be32 words[4];
};

struct decap_flow_key {
	__be32 client[4];
	__be32 server[4]; /* the address and the port that the server has it at */
	__be16 client_port;
	__be16 server_port;
	__u8 protocol;
	__u8 padding[3];
};

_Static_assert(sizeof(struct decap_flow_key) == 40, "no hidden padding");

/* What was seen of a TCP connection's end. */
enum decap_seen { DECAP_SEEN_CLIENT_FIN = 1, DECAP_SEEN_SERVER_FIN = 2, DECAP_SEEN_RST = 4 };

struct decap_flow {
	__be32 vip[4];
	__be16 vip_port;
	__u8 seen;
	__u8 padding;
	__u32 last_seen; /* seconds of CLOCK_MONOTONIC */
};

_Static_assert(sizeof(struct decap_flow) == 24, "no hidden padding");

struct decap_fragment_key {
	__be32 client[4];
	__be32 server[4];
	__be32 id;
	__u32 protocol;
};

_Static_assert(sizeof(struct decap_fragment_key) == 40, "no hidden padding");
