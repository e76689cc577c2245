/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Addresses as the maps of a backend have them, and what the maps say about them. */
#pragma once
#include <bpf/bpf_endian.h>
#include <linux/in6.h>
#include "decap_maps.h"

#define IPV4_MAPPED bpf_htonl(0xffff)

static __always_inline struct decap_address mapped_ipv4(__be32 address)
{
	return (struct decap_address){{0, 0, IPV4_MAPPED, address}};
}

static __always_inline struct decap_address address_of_ipv6(const struct in6_addr *address)
{
	const __be32 *words = address->s6_addr32;

	return (struct decap_address){{words[0], words[1], words[2], words[3]}};
}

static __always_inline void put_address(__be32 words[4], const struct decap_address *address)
{
	__builtin_memcpy(words, address->words, sizeof(address->words));
}

/* Whether a prefix of the map holds the address. */
static __always_inline _Bool is_within(void *prefixes, const struct decap_address *address)
{
	struct decap_prefix key = {.length = 128};

	put_address(key.address, address);
	return bpf_map_lookup_elem(prefixes, &key) != 0;
}

static __always_inline _Bool is_own(const struct decap_address *address)
{
	return bpf_map_lookup_elem(&decap_own, address) != 0;
}
