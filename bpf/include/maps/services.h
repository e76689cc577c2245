/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which service does a packet's destination belong to?
 *
 * Two tables, one per family, of 64-byte line-aligned buckets. A key may stand in either of two buckets (two
 * halves of one keyed 64-bit mix). The first bucket's `overflow` says that some key which belongs there
 * stands in its second choice, so a foreign packet leaves after one look. User space writes through mmap:
 * value first, then the 8-byte word that makes the key valid; a place is reused only after an RCU grace
 * period.
 */
#pragma once
#include <linux/types.h>

#define SERVICE_BUCKET4_KEYS 4
#define SERVICE_BUCKET6_KEYS 2

/* One word, compared and stored whole. Port and protocol 0: the address itself, for what carries no ports. */
struct service_key4 {
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 used;
};

struct service_bucket4 {
	struct service_key4 keys[SERVICE_BUCKET4_KEYS];
	__u32 services[SERVICE_BUCKET4_KEYS];
	__u32 overflow;
	__u32 pad[3];
};

/* The word that is stored last: everything of a v6 key but its address, and the service it leads to. */
struct service_tail6 {
	__u32 service;
	__be16 port;
	__u8 protocol;
	__u8 used;
};

struct service_address6 {
	__be32 words[4];
};

struct service_bucket6 {
	struct service_tail6 tails[SERVICE_BUCKET6_KEYS];
	struct service_address6 addresses[SERVICE_BUCKET6_KEYS];
	__u32 overflow;
	__u32 pad[3];
};

/*
 * A service, by its 32-bit id. `ring` and `members` are published by one 8-byte store.
 * ring: index of the first line in `rings` shifted left by 5, or'ed with log2 of the number of slots (7 and
 * more; less means: no backends). members: index of the first line in `member_ids`. address/port: the
 * frontend, which replies carry as source. generation: counts the frontends that this id has been given to;
 * connections of an earlier one match nothing.
 * records: index of the first line in `records` shifted left by 5, or'ed with log2 of the number of lines
 * plus 1; 0: none. record_idle: how long a record lives without packets, in record units.
 * ranges: the same for `ranges`; limit: see admission.h. 0: none, everybody is admitted.
 */
struct service {
	__u32 ring;
	__u32 members;
	__be32 address[4];
	__be16 port;
	__u8 protocol;
	__u8 family;
	__u16 flags;
	__u16 generation;
	__u32 records;
	__u16 record_idle;
	__u16 pad1;
	__u64 limit;
	__u32 ranges;
	__u32 pad2[3];
};

/*
 * How a service's packets are forwarded (none of SERVICE_DSR: source NAT), and how a member is chosen.
 * SERVICE_RANDOM: at random, and recorded (DSR) or kept in the connection's entry (SNAT). SERVICE_AFFINITY:
 * by the client's address alone. SERVICE_QUIC: UDP whose Initial packets open connections (RFC 9000 17.2.2).
 */
enum service_flag {
	SERVICE_DSR_IPIP = 1,
	SERVICE_DSR_L2 = 2,
	SERVICE_DSR_OPTION = 4,
	SERVICE_RANDOM = 8,
	SERVICE_AFFINITY = 16,
	SERVICE_QUIC = 32,
};

#define SERVICE_DSR (SERVICE_DSR_IPIP | SERVICE_DSR_L2 | SERVICE_DSR_OPTION)

/*
 * What port 0, protocol 0 leads to in place of a service. ADDRESS_ONLY: some service listens on this address,
 * so that a fragment to it is recognised. OWN_SOURCE: one of `sources`, where members send their replies.
 */
#define SERVICE_ADDRESS_ONLY 0xffffffffU
#define SERVICE_OWN_SOURCE   0xfffffffeU

_Static_assert(sizeof(struct service_key4) == 8, "one word");
_Static_assert(sizeof(struct service_tail6) == 8, "one word");
_Static_assert(sizeof(struct service_bucket4) == 64, "one cache line");
_Static_assert(sizeof(struct service_bucket6) == 64, "one cache line");
_Static_assert(sizeof(struct service) == 64, "one cache line");
