/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Steps over IPv6 extension headers, in a global function of its own: the verifier reads it once, and not
 * once more for each way through them.
 */
#pragma once
#include <linux/in.h>
#include "packet.h"
#include "hook.h"
#include "scratch.h"

#define IPV6_FRAGMENT 0xfff9 /* offset, more fragments */
#define IPV6_OFFSET   0xfff8

/* What an offset can be: behind options or extension headers. */
#define TRANSPORT_MASK 0x3fff

/* As many as RFC 8200 has before TCP or UDP: hop-by-hop, destination, routing, fragment, destination. */
#define EXTENSION_HEADERS 5

/* length: in units of 8 bytes, the first not counted; nothing in a fragment header. */
struct extension {
	__u8 next;
	__u8 length;
	union {
		__be16 fragment;
		struct {
			__u8 routing_type;
			__u8 segments_left;
		};
	};
	__be32 id; /* of fragments */
};

enum fragment_kind { NO_FRAGMENT, FIRST_OF_FRAGMENTS, LATER_FRAGMENT };

/* Where the header stands that is next, and how much of the packet is left there. first, id: of a packet in
 * fragments. */
struct extensions {
	__u32 at;
	__u32 room;
	__be32 id;
	__u8 next;
	__u8 first;
	__u8 fragment; /* enum fragment_kind */
	__u8 pad;
};

SCRATCH(these_extensions, struct extensions)

static __always_inline _Bool is_extension(__u8 header)
{
	return header == IPPROTO_HOPOPTS || header == IPPROTO_ROUTING || header == IPPROTO_DSTOPTS ||
	       header == IPPROTO_FRAGMENT;
}

/* A packet in fragments, of which this is the first header. */
static __always_inline _Bool may_have_ports(__u8 first)
{
	return first == IPPROTO_TCP || first == IPPROTO_UDP || first == IPPROTO_DSTOPTS;
}

/* No offset and nothing to follow (RFC 6946) is a whole packet. */
stage note_extension_fragment(struct extensions *passed, const struct extension *header)
{
	if (!(header->fragment & bpf_htons(IPV6_FRAGMENT)))
		return VERDICT_GO_ON;
	if (!may_have_ports(header->next))
		return VERDICT_PASS_PROTOCOL;
	passed->id = header->id;
	passed->first = header->next;
	passed->fragment = header->fragment & bpf_htons(IPV6_OFFSET) ? LATER_FRAGMENT : FIRST_OF_FRAGMENTS;
	return VERDICT_GO_ON;
}

/* A packet that is still on its way through a source route is for the kernel: its checksum is that of the
 * last address. */
stage pass_extension(struct extensions *passed, const struct extension *header)
{
	__u32 length = sizeof(*header);
	enum verdict v;

	if (passed->next == IPPROTO_ROUTING && header->segments_left)
		return VERDICT_PASS_PROTOCOL;
	if (passed->next == IPPROTO_FRAGMENT) {
		v = note_extension_fragment(passed, header);
		if (v)
			return v;
	} else {
		length += header->length * 8;
	}
	if (length > passed->room)
		return VERDICT_PASS_TRUNCATED;
	passed->next = header->next;
	passed->at += length;
	passed->room -= length;
	return VERDICT_GO_ON;
}

/* Goes on with these_extensions() as far as the transport's header, or a later fragment's. */
__noinline int pass_extensions(struct context *ctx)
{
	struct extensions *passed = these_extensions();
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	const struct extension *header;
	enum verdict v;

	for (int i = 0; passed && i <= EXTENSION_HEADERS; i++) {
		if (!is_extension(passed->next) || passed->fragment == LATER_FRAGMENT)
			return VERDICT_GO_ON;
		header = data + (passed->at & TRANSPORT_MASK);
		if ((void *)(header + 1) > end)
			return VERDICT_PASS_TRUNCATED;
		v = pass_extension(passed, header);
		if (v)
			return v;
	}
	return VERDICT_DROP_EXTENSION_HEADERS;
}

static __always_inline struct extensions *begin_extensions(const struct packet *packet, __u32 room, __u8 next)
{
	struct extensions *passed = these_extensions();

	if (!passed)
		return 0;
	passed->at = packet->network + sizeof(struct ipv6hdr);
	passed->room = room;
	passed->next = next;
	passed->fragment = NO_FRAGMENT;
	return passed;
}
