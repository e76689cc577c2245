/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Writes records to a ring buffer: `records` a run, each `size` bytes, and counts what found no room. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct event {
	__u64 number;
	__u64 payload[7];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} events SEC(".maps");

__u32 records = 1;
__u32 wakeup;
__u32 discard_every;
__u64 number;
__u64 dropped;

static __always_inline void write_event(void)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		dropped++;
		return;
	}
	event->number = number++;
	if (discard_every && event->number % discard_every == 0)
		bpf_ringbuf_discard(event, wakeup);
	else
		bpf_ringbuf_submit(event, wakeup);
}

SEC("xdp")
int write_events(struct xdp_md *ctx __attribute__((unused)))
{
	for (__u32 i = 0; i < records && i < 1024; i++)
		write_event();
	return XDP_PASS;
}

/* A record as long as the packet (below 64), which begins with the packet's Ethernet header. */
SEC("xdp")
int write_packet(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u32 length = data_end - data;
	__u8 bytes[64] = {};

	if (data + 14 > data_end)
		return XDP_ABORTED;
	__builtin_memcpy(bytes, data, 14);
	return bpf_ringbuf_output(&events, bytes, length & 63, wakeup) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
