/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Reads and writes a packet at a pod's device, by the stages of the load balancer. */
#pragma once
#include "parse.h"
#include "pod_maps.h"

#define pod_stage static __always_inline __attribute__((warn_unused_result)) enum pod_verdict

/* Leaves pointers at its headers; not of a later fragment, see pod_fragment.h. */
pod_stage read_packet(struct context *ctx, struct packet *packet)
{
	if (parse_packet(ctx, packet))
		return POD_PASS_OTHER;
	if (packet->unreadable && packet->unreadable != VERDICT_DROP_FRAGMENT)
		return POD_PASS_OTHER;
	if (point_at_headers(ctx, packet))
		return POD_PASS_OTHER;
	measure(ctx, packet);
	return POD_GO_ON;
}

static __always_inline struct translation translation_of(const struct pod_flow *flow)
{
	return (struct translation){
		.source = stored_address(flow->source),
		.destination = stored_address(flow->destination),
		.source_port = flow->source_port,
		.destination_port = flow->destination_port,
		.member = NO_MEMBER,
	};
}

/* What goes back to the pod is to be for it, and from this host's side of the device. */
pod_stage turn_to_pod(struct context *ctx, enum pod_verdict verdict)
{
	return verdict != POD_TO_ITSELF || swap_macs(ctx) ? verdict : POD_DROP_NOT_WRITTEN;
}
