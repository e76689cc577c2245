// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* What `libbpf-ts gen` can express, in one object: the golden tests read it and the end-to-end tests load it.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#define doc(text) __attribute__((btf_decl_tag("doc:" text)))

enum outcome {
	OUTCOME_PASS = 0,
	OUTCOME_DROP = 1,
	OUTCOME_LAST = 0xffffffff,
};

enum outcome exported_outcome SEC(".export");

struct event {
	__u64 at doc("Nanoseconds since boot.");
	enum outcome outcome;
	char device[16];
	__u8 address[6];
	__u16 __pad;
};

struct event *exported_event SEC(".export");

typedef __be32 address_word;

struct frontend {
	address_word address[4] doc("IPv4 stands in the first word, the rest is zero.");
	__be16 port;
	__u8 protocol;
	__u8 pad;
};

struct limits {
	__u32 burst;
	__u16 weights[3];
	bool strict;
};

/* Every kind of field that a shared struct may have. */
struct sample {
	__u8 byte;
	__s16 small;
	__s8 tiny;
	__s32 whole;
	__u64 big;
	__s64 negative;
	__be16 be16;
	__be64 be64;
	__le32 le32;
	bool flag;
	char letter;
	enum outcome outcome;
	struct frontend frontend;
	struct limits limits[2];
	__u16 matrix[2][3];
	__u64 words[20];
	char name[8];
	__u8 mac[6];
	struct {
		__u32 inner_value;
	};
	struct {
		__be16 low, high;
	} range;
	union {
		__u32 id;
		__u8 raw[4];
	} either __attribute__((btf_decl_tag("bytes")));
	struct bpf_spin_lock lock;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct limits);
} limits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, struct frontend);
	__type(value, struct sample);
} samples SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 32);
	__type(key, address_word);
	__type(value, struct limits);
} recent_clients SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__uint(key_size, 6);
	__uint(value_size, 3);
} untyped SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __be16);
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, enum outcome);
	__array(values, struct inner);
} tables SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__uint(value_size, 4);
} stages SEC(".maps");

struct settings {
	__u64 hash_key;
	__u32 mask;
	bool log_drops;
	struct frontend self;
};

const volatile struct settings config = {.hash_key = 0x0123456789abcdef, .mask = 7};
const volatile __u32 sample_rate doc("One of so many packets; 0 is none.") = 100;
const volatile __be32 own_addresses[2];
const volatile char instance[8] = "first";
const volatile enum outcome fallback = OUTCOME_DROP;

SEC("xdp")
int count_packet(struct xdp_md *ctx __attribute__((unused)))
{
	__u32 key = config.mask;
	__u64 *count = bpf_map_lookup_elem(&counters, &key);

	if (count)
		*count += sample_rate + own_addresses[0] + instance[0];
	return fallback == OUTCOME_DROP ? XDP_DROP : XDP_PASS;
}

SEC("tc")
int emit_event(struct __sk_buff *skb __attribute__((unused)))
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return 0;
	__builtin_memset(event, 0, sizeof(*event));
	event->at = bpf_ktime_get_ns();
	event->outcome = fallback;
	__builtin_memcpy(event->device, "veth0", 6);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
