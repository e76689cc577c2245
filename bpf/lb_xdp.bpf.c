/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * North–south load balancing at the driver: TCP and UDP over IPv4 and IPv6, by Maglev rings, with source NAT
 * or direct server return. Needs Linux 5.12 (compare-and-swap; the MTU from a route lookup).
 */
#include "lib/admission.h"
#include "lib/dsr.h"
#include "lib/nat.h"
#include "lib/parse.h"
#include "lib/precede.h"
#include "lib/service.h"

/* id: SERVICE_OWN_SOURCE for what may be a reply. */
stage serve(struct xdp_md *ctx, struct packet *packet, __u32 id)
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

static __always_inline enum verdict balance(struct xdp_md *ctx, struct packet *packet)
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
	v = check_frame(packet);
	if (v)
		return v;
	return serve(ctx, packet, id);
}

SEC("xdp")
int lb_xdp(struct xdp_md *ctx)
{
	struct packet packet = {.member = NO_MEMBER};
	enum verdict v = balance(ctx, &packet);

	finish(ctx, &packet, v);
	return xdp_action(v);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
