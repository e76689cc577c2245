/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Service addresses become backends at a pod's device, packet by packet, for pods whose sockets are left
 * alone: so who stands in the pod between its sockets and the network (a sidecar's redirection) sees the
 * service. On the host's side of the pod's veth: what the pod sends is translated on the way in, what it is
 * answered on the way out. Over the tables of sock_lb. Needs Linux 5.10.
 */
#define HOOK_TC
#include "lib/pod_count.h"
#include "lib/pod_fragment.h"
#include "lib/pod_keep.h"
#include "lib/pod_open.h"
#include "lib/pod_refuse.h"

pod_stage translate(struct context *ctx, struct packet *packet, const struct pod_flow *flow,
		    enum pod_verdict verdict)
{
	struct translation to = translation_of(flow);

	if (write_translation(ctx, packet, &to))
		return POD_DROP_NOT_WRITTEN;
	if (unlikely(packet->bytes & FIRST_FRAGMENT))
		note_first(ctx, &to, verdict);
	return turn_to_pod(ctx, verdict);
}

static __always_inline enum pod_verdict departure_by(const struct pod_flow *flow)
{
	if (flow->kind & POD_ITSELF)
		return POD_TO_ITSELF;
	return flow->kind & POD_OTHER_PORT ? POD_TO_OTHER_PORT : POD_TO_BACKEND;
}

pod_stage open_and_translate(struct context *ctx, struct packet *packet, const struct pod_flow_key *key)
{
	enum pod_verdict v = open_flow(packet, key);
	struct pod_pair *pair = this_pair();

	if (unlikely(v == POD_REFUSE_NO_BACKEND || v == POD_REFUSE_NO_LOCAL_BACKEND))
		return refuse(ctx, packet, v);
	if (v)
		return v;
	return pair ? translate(ctx, packet, &pair->flow, departure_by(&pair->flow)) : POD_DROP_NO_MEMORY;
}

pod_stage leave_pod(struct context *ctx, struct packet *packet)
{
	struct pod_flow_key key;
	struct pod_flow *flow;
	enum pod_verdict v;

	v = read_packet(ctx, packet);
	if (v)
		return v;
	if (unlikely(packet->unreadable))
		return follow_first(ctx, packet, POD_PASS_FOREIGN);
	key = key_of(ctx, packet);
	flow = unlikely(is_error(packet)) ? find_flow(&key) : kept_flow(packet, &key);
	if (unlikely(is_error(packet)))
		return flow ? translate(ctx, packet, flow, departure_by(flow)) : POD_PASS_OTHER;
	if (!flow)
		return open_and_translate(ctx, packet, &key);
	note_packet(packet, &key, flow);
	return translate(ctx, packet, flow, departure_by(flow));
}

pod_stage enter_pod(struct context *ctx, struct packet *packet)
{
	struct pod_flow_key key;
	struct pod_flow *flow;
	enum pod_verdict v;

	v = read_packet(ctx, packet);
	if (v)
		return v;
	if (unlikely(packet->unreadable))
		return follow_first(ctx, packet, POD_PASS_ARRIVAL);
	key = key_of(ctx, packet);
	flow = find_flow(&key);
	if (!flow)
		return POD_PASS_ARRIVAL;
	if (likely(!is_error(packet)))
		note_packet(packet, &key, flow);
	return translate(ctx, packet, flow, POD_FROM_SERVICE);
}

SEC("tc")
int pod_ingress(struct __sk_buff *skb)
{
	struct packet packet = {};
	enum pod_verdict v;

	pull_headers(skb);
	v = leave_pod(skb, &packet);
	return finish(skb, &packet, v);
}

SEC("tc")
int pod_egress(struct __sk_buff *skb)
{
	struct packet packet = {};
	enum pod_verdict v;

	pull_headers(skb);
	v = enter_pod(skb, &packet);
	return finish(skb, &packet, v);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
