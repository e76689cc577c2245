/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Sends health probes the way of real traffic, in modes in which backends answer by themselves: a probe to
 * the service's address leaves through a device of its own (one end of a veth pair), and goes on from the
 * other end, where this program is, to one backend. What is no probe is dropped: nothing else has any
 * business there. Needs Linux 5.10 (bpf_redirect_neigh).
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "include/maps/probes.h"

#define AF_INET 2

#define PROBE_TTL     64
#define DONT_FRAGMENT 0x4000

/* The two ports of TCP and UDP. */
struct ports {
	__be16 source;
	__be16 destination;
};

static __always_inline _Bool read_ports(struct __sk_buff *skb, __u32 offset, struct probe_key *key)
{
	struct ports ports;

	if (bpf_skb_load_bytes(skb, offset, &ports, sizeof(ports)))
		return 0;
	key->source_port = ports.source;
	key->service_port = ports.destination;
	return 1;
}

/* Sockets send no extension headers unless they are asked to. */
static __always_inline _Bool read_key(struct __sk_buff *skb, struct probe_key *key)
{
	struct ipv6hdr ip6;
	struct iphdr ip;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)))
			return 0;
		key->service[0] = ip.daddr;
		key->protocol = ip.protocol;
		return read_ports(skb, ETH_HLEN + ip.ihl * 4, key);
	}
	if (skb->protocol != bpf_htons(ETH_P_IPV6) || bpf_skb_load_bytes(skb, ETH_HLEN, &ip6, sizeof(ip6)))
		return 0;
	__builtin_memcpy(key->service, &ip6.daddr, sizeof(key->service));
	key->protocol = ip6.nexthdr;
	return read_ports(skb, ETH_HLEN + sizeof(ip6), key);
}

static __always_inline __sum16 header_checksum(const struct iphdr *ip)
{
	__s64 sum = bpf_csum_diff(0, 0, (__be32 *)ip, sizeof(*ip), 0);

	if (sum < 0)
		return 0;
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline long wrap_in_ipv4(struct __sk_buff *skb, const struct probe_path *path, __u8 inner)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.frag_off = bpf_htons(DONT_FRAGMENT),
		.ttl = PROBE_TTL,
		.protocol = inner,
		.saddr = path->source[0],
		.daddr = path->to[0],
		.tot_len = bpf_htons(skb->len - ETH_HLEN + sizeof(ip)),
	};

	ip.check = header_checksum(&ip);
	return bpf_skb_adjust_room(skb, sizeof(ip), BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4)
		       ?: bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), 0);
}

static __always_inline long wrap_in_ipv6(struct __sk_buff *skb, const struct probe_path *path, __u8 inner)
{
	struct ipv6hdr ip = {
		.version = 6,
		.payload_len = bpf_htons(skb->len - ETH_HLEN),
		.nexthdr = inner,
		.hop_limit = PROBE_TTL,
	};

	__builtin_memcpy(&ip.saddr, path->source, sizeof(ip.saddr));
	__builtin_memcpy(&ip.daddr, path->to, sizeof(ip.daddr));
	return bpf_skb_adjust_room(skb, sizeof(ip), BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV6)
		       ?: bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), 0);
}

static __always_inline long wrap(struct __sk_buff *skb, const struct probe_path *path)
{
	__u8 inner = skb->protocol == bpf_htons(ETH_P_IP) ? IPPROTO_IPIP : IPPROTO_IPV6;

	return path->family == AF_INET ? wrap_in_ipv4(skb, path, inner) : wrap_in_ipv6(skb, path, inner);
}

/* The packet's own route would lead back here: the next hop is named. */
static __always_inline long send_as_it_is(const struct probe_path *path)
{
	struct bpf_redir_neigh next = {.nh_family = path->family};

	__builtin_memcpy(next.ipv6_nh, path->to, sizeof(next.ipv6_nh));
	return bpf_redirect_neigh(path->device, &next, sizeof(next), 0);
}

SEC("tc")
int probe_tc(struct __sk_buff *skb)
{
	struct probe_key key = {};
	struct probe_path *path;

	if (!read_key(skb, &key))
		return TC_ACT_SHOT;
	path = bpf_map_lookup_elem(&probe_paths, &key);
	if (!path)
		return TC_ACT_SHOT;
	if (path->dispatch == PROBE_L2)
		return send_as_it_is(path);
	return wrap(skb, path) ? TC_ACT_SHOT : bpf_redirect_neigh(path->device, 0, 0, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
