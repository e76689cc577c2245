/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What `skep-lb capture` asks of the datapath, and what it gets. A filter is a list of terms in groups: a
 * packet fits if in each group some term fits it, as it arrives or as it leaves.
 */
#pragma once
#include <linux/types.h>

#define CAPTURE_BYTES 2048 /* of a frame, at most */
#define CAPTURE_TERMS 32

enum capture_side { CAPTURE_SOURCE = 1, CAPTURE_DESTINATION = 2 };

/* 0 in protocol, port or family: any. sides: capture_side, or'ed. IPv4 stands in address[0] and mask[0]. */
struct capture_term {
	__be32 address[4];
	__be32 mask[4];
	__be16 port;
	__u8 protocol;
	__u8 family;
	__u8 sides;
	__u8 group;
	__u16 pad;
};

/*
 * deadline: in jiffies; nothing is captured from then on. verdicts: a bit for each that is wanted. sample:
 * one packet of so many, at random. snaplen: bytes of a frame, CAPTURE_BYTES at most. groups: a bit for each
 * group.
 */
struct capture_filter {
	__u64 deadline;
	__u64 verdicts[2];
	__u32 sample;
	__u32 snaplen;
	__u32 groups;
	__u32 terms;
	struct capture_term term[CAPTURE_TERMS];
};

/*
 * A frame as it arrived (departure 0) or as it leaves (1), both with the same packet number. time: of
 * arrival, CLOCK_MONOTONIC, ns. device: that it came in by. length: of the whole frame.
 */
struct capture_record {
	__u64 packet;
	__u64 time;
	__u32 device;
	__u32 queue;
	__u32 verdict;
	__u32 length;
	__u32 captured;
	__u32 departure;
	__u8 bytes[CAPTURE_BYTES];
};

_Static_assert(sizeof(struct capture_term) == 40, "no hidden padding");
_Static_assert(sizeof(struct capture_filter) == 40 + CAPTURE_TERMS * 40, "no hidden padding");
_Static_assert(sizeof(struct capture_record) == 40 + CAPTURE_BYTES, "no hidden padding");
