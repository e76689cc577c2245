/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The option that names the service of a packet whose destination has been made the server, as Cilium's `opt`
 * has it. IPv4: option 0x9a of 8 bytes, first in the header. IPv6: a destination options header of 24 bytes
 * with nothing but option 0x1b, first behind the header; of a packet in fragments, before the first one's
 * fragment header.
 *
 * In IPv4, Cilium's little-endian nodes write port and address with their bytes reversed. So an address that
 * is no service's is read the other way round, and if it is one then, the port too.
 */
#pragma once
#include "decap_flow.h"
#include "decap_packet.h"

struct option4 {
	__u8 type;
	__u8 length;
	__be16 port;
	__be32 address;
};

struct option6 {
	__u8 next;
	__u8 length;
	__u8 type;
	__u8 option_length;
	__be32 address[4];
	__be16 port;
	__u16 padding;
};

/* place: its offset, and whether more follow. */
struct fragment6 {
	__u8 next;
	__u8 reserved;
	__be16 place;
	__be32 id;
};

_Static_assert(sizeof(struct option4) == 8 && sizeof(struct option6) == 24, "as on the wire");

#define OPTION4_TYPE   0x9a
#define OPTION6_TYPE   0x1b
#define OPTION6_LENGTH 20
#define IPV4_OFFSET    0x1fff
#define IPV6_OFFSET    0xfff8

/* flags: of TCP, else 0. */
decap_stage read_transport(const struct arrival *packet, void *header, struct decap_flow_key *key,
			   __u8 *flags)
{
	struct transport *ports = header;
	struct transport_tcp *tcp = header;

	*flags = 0;
	if (packet->protocol != IPPROTO_TCP && packet->protocol != IPPROTO_UDP)
		return DECAP_PASS_PLAIN;
	if (packet->protocol == IPPROTO_TCP) {
		if ((void *)(tcp + 1) > packet->end || packet->payload < sizeof(struct transport_tcp))
			return DECAP_PASS_TRUNCATED;
		*flags = tcp->flags;
	}
	if ((void *)(ports + 1) > packet->end || packet->payload < sizeof(*ports))
		return DECAP_PASS_TRUNCATED;
	put_address(key->client, &packet->source);
	put_address(key->server, &packet->destination);
	key->client_port = ports->source_port;
	key->server_port = ports->destination_port;
	key->protocol = packet->protocol;
	return DECAP_GO_ON;
}

decap_stage note(struct arrival *packet, const struct decap_flow_key *key, const struct decap_address *vip,
		 __be16 port)
{
	struct decap_flow flow = {.vip_port = port, .last_seen = seconds_now()};

	put_address(flow.vip, vip);
	if (!note_flow(key, &flow))
		return DECAP_DROP_NO_RECORD;
	packet->outcome = DECAP_OPTION_RECORDED;
	return DECAP_GO_ON;
}

decap_stage take_option4(struct arrival *packet, struct iphdr *ip, const struct decap_flow_key *key)
{
	struct option4 *option = (void *)(ip + 1);
	struct decap_address vip;
	__be32 *first = (void *)ip;
	__be32 before;
	__be16 port;
	__u16 checksum;
	__u64 gone;

	if ((void *)(option + 1) > packet->end)
		return DECAP_PASS_TRUNCATED;
	vip = mapped_ipv4(option->address);
	port = option->port;
	if (!is_within(&decap_vips, &vip)) {
		vip = mapped_ipv4(__builtin_bswap32(option->address));
		port = __builtin_bswap16(option->port);
		if (!is_within(&decap_vips, &vip))
			return DECAP_PASS_OPTION_NOT_VIP;
	}
	gone = change32(((__be32 *)option)[0], 0) + change32(option->address, 0);
	before = *first;
	ip->ihl -= sizeof(*option) / 4;
	ip->tot_len = bpf_htons(bpf_ntohs(ip->tot_len) - sizeof(*option));
	checksum = ip->check;
	ip->check = update_checksum(checksum, gone + change32(before, *first));
	packet->changed += change32(before, *first) + change16(checksum, ip->check);
	packet->cut = sizeof(*option);
	packet->network_kept = sizeof(*ip);
	return note(packet, key, &vip, port);
}

static __always_inline _Bool ends_something(__u8 flags)
{
	return flags & (TCP_SYN | TCP_FIN | TCP_RST);
}

decap_stage heed_option4(struct arrival *packet)
{
	struct iphdr *ip = packet->ip;
	struct option4 *option = (void *)(ip + 1);
	struct decap_flow_key key = {};
	enum decap_verdict v;
	_Bool marked = 0;
	__u8 flags;

	if ((void *)(ip + 1) > packet->end)
		return DECAP_PASS_TRUNCATED;
	if (packet->header >= sizeof(*ip) + sizeof(*option) && (void *)(option + 1) <= packet->end)
		marked = option->type == OPTION4_TYPE && option->length == sizeof(*option);
	if (ip->frag_off & bpf_htons(IPV4_OFFSET))
		return marked ? DECAP_PASS_FRAGMENT : DECAP_PASS_PLAIN;
	v = read_transport(packet, packet->ip + (packet->header & 0x3c), &key, &flags);
	if (v)
		return v;
	if (marked)
		return take_option4(packet, ip, &key);
	if (packet->protocol == IPPROTO_UDP || ends_something(flags))
		note_plain(&key, flags);
	return DECAP_PASS_PLAIN;
}

/*
 * What stands behind the option: TCP or UDP, or the header of a first fragment and then they. It stays, and
 * the kernel puts the others behind it.
 */
static __always_inline void *behind_option6(struct arrival *packet, struct option6 *option)
{
	struct fragment6 *fragment = (void *)(option + 1);

	packet->protocol = option->next;
	packet->payload -= sizeof(*option);
	if (option->next != IPPROTO_FRAGMENT || packet->payload < sizeof(*fragment) ||
	    (void *)(fragment + 1) > packet->end || fragment->place & bpf_htons(IPV6_OFFSET))
		return fragment;
	packet->protocol = fragment->next;
	packet->payload -= sizeof(*fragment);
	return fragment + 1;
}

decap_stage take_option6(struct arrival *packet, struct ipv6hdr *ip, struct option6 *option)
{
	struct decap_flow_key key = {};
	struct decap_address vip;
	enum decap_verdict v;
	__be16 length = ip->payload_len;
	__u16 *next = (void *)&ip->nexthdr;
	__u16 before = *next;
	__u8 flags;

	__builtin_memcpy(vip.words, option->address, sizeof(vip.words));
	v = read_transport(packet, behind_option6(packet, option), &key, &flags);
	if (v)
		return option->next == IPPROTO_FRAGMENT ? DECAP_PASS_FRAGMENT : v;
	if (!is_within(&decap_vips, &vip))
		return DECAP_PASS_OPTION_NOT_VIP;
	ip->nexthdr = option->next;
	ip->payload_len = bpf_htons(bpf_ntohs(length) - sizeof(*option));
	packet->changed += change16(length, ip->payload_len) + change16(before, *next);
	packet->cut = sizeof(*option);
	packet->network_kept = sizeof(*ip);
	return note(packet, &key, &vip, option->port);
}

decap_stage heed_option6(struct arrival *packet)
{
	struct ipv6hdr *ip = packet->ip;
	struct option6 *option = (void *)(ip + 1);
	struct decap_flow_key key = {};
	enum decap_verdict v;
	__u8 flags;

	if ((void *)(ip + 1) > packet->end)
		return DECAP_PASS_TRUNCATED;
	if (packet->protocol == IPPROTO_DSTOPTS && packet->payload >= sizeof(*option) &&
	    (void *)(option + 1) <= packet->end && option->length == sizeof(*option) / 8 - 1 &&
	    option->type == OPTION6_TYPE && option->option_length == OPTION6_LENGTH)
		return take_option6(packet, ip, option);
	v = read_transport(packet, ip + 1, &key, &flags);
	if (v)
		return v;
	if (packet->protocol == IPPROTO_UDP || ends_something(flags))
		note_plain(&key, flags);
	return DECAP_PASS_PLAIN;
}

decap_stage heed_option(struct arrival *packet)
{
	return packet->ethertype == bpf_htons(ETH_P_IP) ? heed_option4(packet) : heed_option6(packet);
}
