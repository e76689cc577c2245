// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* One of each thing that `libbpf-ts gen` refuses to express. Never loaded. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

struct flow;

struct with_bitfield {
	__u32 whole;
	__u32 low : 3;
	__u32 high : 29;
};

struct with_union {
	__u8 family;
	union {
		__be32 v4;
		__be32 v6[4];
	};
};

struct with_pointer {
	struct flow *flow;
};

struct with_flexible_array {
	__u32 length;
	__u8 data[];
};

struct with_wide_integer {
	__int128 sum;
};

struct same_name {
	__u32 packet_count;
	__u32 packetCount;
};

struct with_bitfield *export_bitfield SEC(".export");
struct with_union *export_union SEC(".export");
struct with_pointer *export_pointer SEC(".export");
struct with_flexible_array *export_flexible_array SEC(".export");
struct with_wide_integer *export_wide_integer SEC(".export");
struct same_name *export_same_name SEC(".export");

const volatile double ratio = 0.5;

SEC("xdp")
int pass(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
