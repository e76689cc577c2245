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
};

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
_Static_assert(sizeof(struct service) == 32, "half a cache line");
