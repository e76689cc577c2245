/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A packet as far as it is known. Parsing leaves numbers alone, so that the verifier reads what follows once
 * and not once for each way of parsing; point_at_headers() then makes pointers of the offsets. Those are
 * proofs: one that is not NULL has been checked against the end of the packet.
 */
#pragma once
#include <linux/types.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include "address.h"
#include "stage.h"

/* <sys/socket.h> is libc's; these are the kernel's ABI. */
#define AF_INET  2
#define AF_INET6 10

#define NO_MEMBER 0xffffffffU

/*
 * Ports are 0 and the protocol too where a packet has none that can be read: `unreadable` says why. Of an
 * ICMP error, source, ports and protocol are those of an answer to what it quotes. Of later fragments, see
 * fragment.h.
 */
/* Beside the length of a frame which others follow, or of an ICMP error's: words of their own would make
 * twice the work for the verifier. */
#define FIRST_FRAGMENT (1U << 31)
#define ICMP_ERROR     (1U << 30)

struct packet {
	struct ethhdr *ethernet;
	struct iphdr *ipv4;
	struct ipv6hdr *ipv6;
	struct tcphdr *tcp;
	struct udphdr *udp; /* of an ICMP error, its own header, which is as long */
	struct address source;
	struct address destination;
	__be16 source_port;
	__be16 destination_port;
	__u16 network; /* offsets in the frame; 0: none */
	__u16 transport;
	__u16 length; /* of the IP packet */
	__u8 tags;    /* VLAN tags before it */
	__u8 family;
	__u8 protocol;
	__u32 bytes; /* see frame_bytes() */
	__u32 member;
	__u64 flow;
	enum verdict unreadable;
	__u16 more_frames; /* that it stands for, at tc */
};

/* A frame that is to go back to its sender with something else in it. */
struct turning {
	__u32 bytes;
	__u16 network;
	__u8 tags;
	__u8 family;
};

static __always_inline __u32 frame_bytes(const struct packet *packet)
{
	return packet->bytes & ~(FIRST_FRAGMENT | ICMP_ERROR);
}

static __always_inline _Bool is_error(const struct packet *packet)
{
	return packet->bytes & ICMP_ERROR;
}

/* A TCP packet that asks for a new connection. */
static __always_inline _Bool opens(const struct packet *packet)
{
	return packet->tcp && packet->tcp->syn && !packet->tcp->ack && !packet->tcp->rst;
}
