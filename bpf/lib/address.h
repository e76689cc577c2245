/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * An address as two words, which fit two registers. IPv4 is the low half of the first, the rest is zero, so
 * that most of the story need not know the family.
 */
#pragma once
#include <linux/in6.h>
#include <linux/types.h>

struct address {
	__u64 low;
	__u64 high;
};

typedef __u64 __attribute__((may_alias)) any_word;

/* From a map's value, where addresses stand on 8 bytes. */
static __always_inline struct address stored_address(const __be32 words[4])
{
	const any_word *halves = (const any_word *)words;

	return (struct address){halves[0], halves[1]};
}

static __always_inline void store_address(__be32 words[4], struct address address)
{
	any_word *halves = (any_word *)words;

	halves[0] = address.low;
	halves[1] = address.high;
}

static __always_inline struct address ipv4_address(__be32 word)
{
	return (struct address){word, 0};
}

static __always_inline struct address ipv6_address(const struct in6_addr *bytes)
{
	const __be32 *words = bytes->s6_addr32;

	return (struct address){words[0] | (__u64)words[1] << 32, words[2] | (__u64)words[3] << 32};
}

static __always_inline void put_ipv6_address(struct in6_addr *bytes, struct address address)
{
	bytes->s6_addr32[0] = address.low;
	bytes->s6_addr32[1] = address.low >> 32;
	bytes->s6_addr32[2] = address.high;
	bytes->s6_addr32[3] = address.high >> 32;
}

static __always_inline _Bool same_address(struct address a, struct address b)
{
	return a.low == b.low && a.high == b.high;
}

static __always_inline _Bool is_zero(struct address address)
{
	return !(address.low | address.high);
}
