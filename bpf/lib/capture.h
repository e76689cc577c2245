/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Copies of frames to user space, as they arrive and as they leave, with the verdict. Only programs made for
 * it include this: the one that runs day by day does not know of it. Nobody is woken: who captures looks by
 * the clock.
 */
#pragma once
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "../include/capture.h"
#include "hook.h"
#include "stage.h"
#ifdef HOOK_TC
#include "capture_tc.h"
#else
#include "capture_xdp.h"
#endif

/* Enough for two VLAN tags, IPv6, a few extension headers and ports: filters see so much at least. */
#define CAPTURE_HEADERS    128
#define CAPTURE_EXTENSIONS 4
/* Packets are numbered by each CPU for itself; its own number stands above. */
#define CAPTURE_NUMBER ((1ULL << 48) - 1)
#define CAPTURE_META   offsetof(struct capture_record, bytes)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct capture_filter);
} capture_filters SEC(".maps");

/* The packet that this CPU is at: 0 as it arrived, 1 as it leaves. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct capture_record);
} capture_frames SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} capture_ring SEC(".maps");

/* Records that found no room in the ring. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} capture_lost SEC(".maps");

static __always_inline struct capture_filter *capture_filter(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&capture_filters, &key);
}

static __always_inline struct capture_record *capture_frame(__u32 departure)
{
	return bpf_map_lookup_elem(&capture_frames, &departure);
}

/* Global, as are the others that loop: the verifier reads each once by itself. */
__attribute__((noinline)) int capture_copy(struct context *ctx, __u32 departure)
{
	struct capture_record *record = capture_frame(departure);
	struct capture_filter *filter = capture_filter();
	__u32 most;

	if (!record || !filter)
		return 0;
	record->length = length_of(ctx);
	record->departure = departure;
	record->captured = filter->snaplen < record->length ? filter->snaplen : record->length;
	most = filter->snaplen > CAPTURE_HEADERS ? filter->snaplen : CAPTURE_HEADERS;
	copy_frame(ctx, record, most);
	return 0;
}

struct capture_end {
	__be32 address[4];
	__be16 port;
};

struct capture_key {
	struct capture_end ends[2]; /* source, destination */
	__u8 family;
	__u8 protocol;
};

/* So many bytes from `offset` on, if the frame has them and they were copied for sure; else NULL. */
static __always_inline void *capture_bytes(struct capture_record *record, __u32 offset, __u32 bytes)
{
	/* Else the compiler checks a copy, and Linux 6.1 does not know what it was copied from. */
	forget(offset);
	if (offset > CAPTURE_HEADERS - bytes || offset + bytes > record->length)
		return NULL;
	return record->bytes + offset;
}

static __always_inline __u32 capture_ipv4(struct capture_record *record, __u32 at, struct capture_key *key)
{
	__u8 *ip = capture_bytes(record, at, 20);

	if (!ip)
		return 0;
	key->family = 2;
	key->protocol = ip[9];
	key->ends[0].address[0] = *(__be32 *)(ip + 12);
	key->ends[1].address[0] = *(__be32 *)(ip + 16);
	/* Only a first fragment has ports. */
	return *(__be16 *)(ip + 6) & bpf_htons(0x1fff) ? 0 : at + (ip[0] & 0xf) * 4;
}

static __always_inline __u32 capture_ipv6(struct capture_record *record, __u32 at, struct capture_key *key)
{
	__u8 *ip = capture_bytes(record, at, 40);

	if (!ip)
		return 0;
	key->family = 10;
	__builtin_memcpy(key->ends[0].address, ip + 8, 16);
	__builtin_memcpy(key->ends[1].address, ip + 24, 16);
	key->protocol = ip[6];
	at += 40;
	for (int i = 0; i < CAPTURE_EXTENSIONS; i++) {
		__u8 *next;

		if (key->protocol != IPPROTO_HOPOPTS && key->protocol != IPPROTO_ROUTING &&
		    key->protocol != IPPROTO_DSTOPTS && key->protocol != IPPROTO_FRAGMENT)
			break;
		next = capture_bytes(record, at, 8);
		if (!next)
			return 0;
		if (key->protocol == IPPROTO_FRAGMENT && *(__be16 *)(next + 2) & bpf_htons(0xfff8))
			return 0;
		at += key->protocol == IPPROTO_FRAGMENT ? 8 : (next[1] + 1) * 8;
		key->protocol = next[0];
	}
	return at;
}

static __always_inline void capture_parse(struct capture_record *record, struct capture_key *key)
{
	__be16 type = *(__be16 *)(record->bytes + 12);
	__u32 at = ETH_HLEN;
	__be16 *ports;

	for (int tag = 0; tag < 2; tag++) {
		if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
			break;
		type = *(__be16 *)(record->bytes + at + 2);
		at += 4;
	}
	if (type == bpf_htons(ETH_P_IP))
		at = capture_ipv4(record, at, key);
	else if (type == bpf_htons(ETH_P_IPV6))
		at = capture_ipv6(record, at, key);
	else
		return;
	if (!at || (key->protocol != IPPROTO_TCP && key->protocol != IPPROTO_UDP))
		return;
	ports = capture_bytes(record, at, 4);
	if (!ports)
		return;
	key->ends[0].port = ports[0];
	key->ends[1].port = ports[1];
}

static __always_inline _Bool capture_fits(const struct capture_term *term, const struct capture_key *key,
					  const struct capture_end *end)
{
	if (term->family && term->family != key->family)
		return 0;
	if (term->protocol && term->protocol != key->protocol)
		return 0;
	if (term->port && term->port != end->port)
		return 0;
	return !((end->address[0] ^ term->address[0]) & term->mask[0] ||
		 (end->address[1] ^ term->address[1]) & term->mask[1] ||
		 (end->address[2] ^ term->address[2]) & term->mask[2] ||
		 (end->address[3] ^ term->address[3]) & term->mask[3]);
}

/* The groups of the filter in which some term fits the frame, a bit for each. */
__attribute__((noinline)) int capture_groups(__u32 departure)
{
	struct capture_record *record = capture_frame(departure);
	struct capture_filter *filter = capture_filter();
	struct capture_key key = {};
	__u32 groups = 0;

	if (!record || !filter || record->length < ETH_HLEN)
		return 0;
	capture_parse(record, &key);
	for (__u32 i = 0; i < CAPTURE_TERMS; i++) {
		const struct capture_term *term = &filter->term[i];

		if (i >= filter->terms)
			break;
		if ((term->sides & CAPTURE_SOURCE && capture_fits(term, &key, &key.ends[0])) ||
		    (term->sides & CAPTURE_DESTINATION && capture_fits(term, &key, &key.ends[1])))
			groups |= 1U << (term->group & 31);
	}
	return groups;
}

static __always_inline void capture_emit(struct capture_record *record, __u32 verdict)
{
	__u32 captured = record->captured;
	__u32 key = 0;
	__u64 *lost;

	if (captured > CAPTURE_BYTES)
		captured = CAPTURE_BYTES;
	record->verdict = verdict;
	if (!bpf_ringbuf_output(&capture_ring, record, CAPTURE_META + captured, BPF_RB_NO_WAKEUP))
		return;
	lost = bpf_map_lookup_elem(&capture_lost, &key);
	if (lost)
		__sync_fetch_and_add(lost, 1);
}

/* Before the packet is changed. Whether it is wanted is known only when it leaves, but the sample is taken
 * here. */
__attribute__((noinline)) int capture_arrival(struct context *ctx)
{
	struct capture_record *record = capture_frame(0);
	struct capture_record *leaving = capture_frame(1);
	struct capture_filter *filter = capture_filter();

	if (!record || !leaving || !filter)
		return 0;
	/* The frame of the packet before is over. */
	record->departure = 1;
	if (bpf_jiffies64() >= filter->deadline)
		return 0;
	if (filter->sample > 1 && bpf_get_prandom_u32() % filter->sample)
		return 0;
	record->packet = (__u64)bpf_get_smp_processor_id() << 48 | ((record->packet + 1) & CAPTURE_NUMBER);
	record->time = bpf_ktime_get_ns();
	record->device = device_of(ctx);
	record->queue = queue_of(ctx);
	leaving->packet = record->packet;
	leaving->time = record->time;
	leaving->device = record->device;
	leaving->queue = record->queue;
	return capture_copy(ctx, 0);
}

/* When its verdict is known. leaves: it was not dropped. */
__attribute__((noinline)) int capture_departure(struct context *ctx, __u32 verdict, __u32 leaves)
{
	struct capture_record *arrived = capture_frame(0);
	struct capture_record *leaving = capture_frame(1);
	struct capture_filter *filter = capture_filter();
	__u32 groups;

	if (!arrived || !leaving || !filter || arrived->departure)
		return 0;
	if (!(filter->verdicts[verdict >> 6 & 1] >> (verdict & 63) & 1))
		return 0;
	groups = capture_groups(0);
	if (leaves) {
		capture_copy(ctx, 1);
		groups |= capture_groups(1);
	}
	if ((groups & filter->groups) != filter->groups)
		return 0;
	capture_emit(arrived, verdict);
	if (leaves)
		capture_emit(leaving, verdict);
	return 0;
}
