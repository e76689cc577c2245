/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What a packet tells about its flow: does it open it, go on with it, end it? */
#pragma once
#include "hook.h"
#include "moving.h"

#define QUIC_LONG    0xc0 /* header form and fixed bit, RFC 9000 17.2 */
#define QUIC_TYPE    0x30
#define QUIC_V2      0x6b3343cf /* RFC 9369 */
#define QUIC_V2_TYPE 0x10

struct quic_long {
	__u8 first;
	__be32 version;
} __attribute__((packed));

/* Initial packets are type 0, and type 1 in version 2. */
static __always_inline _Bool is_quic_initial(struct context *ctx, const struct udphdr *udp)
{
	const struct quic_long *header = (const void *)(udp + 1);
	__u8 type;

	if ((void *)(header + 1) > (void *)(long)ctx->data_end || (header->first & QUIC_LONG) != QUIC_LONG)
		return 0;
	type = header->version == bpf_htonl(QUIC_V2) ? QUIC_V2_TYPE : 0;
	return header->version && (header->first & QUIC_TYPE) == type;
}

static __always_inline _Bool closes(const struct packet *packet)
{
	return packet->tcp && (packet->tcp->fin || packet->tcp->rst);
}

/* UDP does not tell, nor does any flow of a client that shall stay where it is. */
static __always_inline enum intent intent_of(struct context *ctx, const struct packet *packet, __u16 flags)
{
	if (is_error(packet))
		return INTENT_WATCHES;
	if (flags & SERVICE_AFFINITY)
		return INTENT_UNKNOWN;
	if (packet->tcp)
		return opens(packet) ? INTENT_OPENS : INTENT_GOES_ON;
	if (flags & SERVICE_QUIC && packet->udp)
		return is_quic_initial(ctx, packet->udp) ? INTENT_OPENS : INTENT_GOES_ON;
	return INTENT_UNKNOWN;
}
