/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The story itself, whichever hook it is told at. */
#pragma once
#include "addressee.h"
#include "admission.h"
#include "dsr.h"
#include "nat.h"
#include "parse.h"
#include "service.h"

/* id: SERVICE_OWN_SOURCE for what may be a reply. */
stage serve(struct context *ctx, struct packet *packet, __u32 id)
{
	struct service *service = 0;
	enum verdict v;

	if (id != SERVICE_OWN_SOURCE) {
		service = bpf_map_lookup_elem(&services, &id);
		if (!service)
			return VERDICT_DROP_NO_SERVICE;
		if (unlikely(asks_for_admission(service))) {
			v = check_admission(ctx, packet, service, id);
			if (v)
				return v;
		}
		if (service->flags & SERVICE_DSR)
			return send_direct(ctx, packet, service, id);
	}
	return send_by_nat(ctx, packet, service, id);
}

static __always_inline enum verdict balance(struct context *ctx, struct packet *packet)
{
	__u32 id;
	enum verdict v;

	v = parse_packet(ctx, packet);
	if (v)
		return v;
	v = find_service(ctx, packet, &id);
	if (v)
		return v;
	v = point_at_headers(ctx, packet);
	if (v)
		return v;
	measure(ctx, packet);
	v = id == SERVICE_OWN_SOURCE ? check_group(packet->ethernet) : check_frame(ctx, packet->ethernet);
	if (v)
		return v;
	return serve(ctx, packet, id);
}
