/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Service addresses become backends where a socket is told of them, before a packet exists: connect and
 * sendmsg go to a backend, recvmsg and getpeername show the service. Attached to a cgroup v2, for all sockets
 * of the processes in it and below. Needs Linux 5.10.
 */
#include "lib/sock_bind.h"
#include "lib/sock_count.h"
#include "lib/sock_peer.h"
#include "lib/sock_select.h"

/* datagram: one of a socket that is not connected. */
sock_stage go_to_backend(struct bpf_sock_addr *ctx, enum hook_family family, _Bool datagram)
{
	struct sock_choice choice = {};
	struct sock_call call = {};
	_Bool is_host, same = 0;
	enum sock_verdict v;

	v = read_call(ctx, family, &call);
	if (v)
		return v;
	v = check_caller(&call, &is_host);
	if (v)
		return v;
	v = find_service(&call, is_host, &choice.service);
	if (v && datagram)
		forget_peer(ctx, &call);
	if (v)
		return v;
	v = choose_backend(&call, datagram, &choice, &same);
	if (v)
		return v;
	if (remember(&call, choice.backend))
		return SOCK_REFUSE_NOT_REMEMBERED;
	write_address(ctx, family, choice.backend->address, choice.backend->port);
	if (datagram)
		return same ? SOCK_SEND_TO_SAME : SOCK_SEND_TO_BACKEND;
	return same ? SOCK_CONNECT_TO_SAME : SOCK_CONNECT_TO_BACKEND;
}

sock_stage show_service(struct bpf_sock_addr *ctx, enum hook_family family)
{
	struct sock_connection *connection;
	struct sock_call call = {};
	struct sock_peer *peer;
	enum sock_verdict v;

	v = read_call(ctx, family, &call);
	if (v)
		return v;
	connection = recall_connection(&call);
	if (connection) {
		write_address(ctx, family, connection->address, connection->port);
		return SOCK_NAME_SERVICE;
	}
	peer = recall_peer(&call);
	if (!peer)
		return SOCK_PASS_NAME;
	write_address(ctx, family, peer->address, peer->port);
	return SOCK_NAME_SERVICE;
}

/* Before the port is taken, where it is asked for by number: before Linux 5.17, what post_bind refuses keeps
 * its port. */
sock_stage admit_bind(struct bpf_sock_addr *ctx, enum hook_family family)
{
	struct sock_call call = {};
	enum sock_verdict v;

	v = read_call(ctx, family, &call);
	return v ? v : check_bind(&call);
}

/* Once the kernel has chosen a port, where none was asked for. */
sock_stage admit_bound(struct bpf_sock *ctx, enum hook_family family)
{
	struct sock_call call = {.protocol = ctx->protocol, .port = bpf_htons(ctx->src_port)};

	if (ctx->protocol != IPPROTO_TCP && ctx->protocol != IPPROTO_UDP)
		return SOCK_PASS_PROTOCOL;
	call.netns = bpf_get_netns_cookie(ctx);
	if (family == HOOK4) {
		call.address[2] = MAPPED;
		call.address[3] = ctx->src_ip4;
	} else {
		call.address[0] = ctx->src_ip6[0];
		call.address[1] = ctx->src_ip6[1];
		call.address[2] = ctx->src_ip6[2];
		call.address[3] = ctx->src_ip6[3];
	}
	return check_bind(&call);
}

SEC("cgroup/connect4")
int sock_connect4(struct bpf_sock_addr *ctx)
{
	return finish(go_to_backend(ctx, HOOK4, 0));
}

SEC("cgroup/connect6")
int sock_connect6(struct bpf_sock_addr *ctx)
{
	return finish(go_to_backend(ctx, HOOK6, 0));
}

SEC("cgroup/sendmsg4")
int sock_sendmsg4(struct bpf_sock_addr *ctx)
{
	return finish(go_to_backend(ctx, HOOK4, 1));
}

SEC("cgroup/sendmsg6")
int sock_sendmsg6(struct bpf_sock_addr *ctx)
{
	return finish(go_to_backend(ctx, HOOK6, 1));
}

/* What shows a name cannot fail. */
SEC("cgroup/recvmsg4")
int sock_recvmsg4(struct bpf_sock_addr *ctx)
{
	count(show_service(ctx, HOOK4));
	return 1;
}

SEC("cgroup/recvmsg6")
int sock_recvmsg6(struct bpf_sock_addr *ctx)
{
	count(show_service(ctx, HOOK6));
	return 1;
}

SEC("cgroup/getpeername4")
int sock_getpeername4(struct bpf_sock_addr *ctx)
{
	count(show_service(ctx, HOOK4));
	return 1;
}

SEC("cgroup/getpeername6")
int sock_getpeername6(struct bpf_sock_addr *ctx)
{
	count(show_service(ctx, HOOK6));
	return 1;
}

SEC("cgroup/bind4")
int sock_bind4(struct bpf_sock_addr *ctx)
{
	return finish(admit_bind(ctx, HOOK4));
}

SEC("cgroup/bind6")
int sock_bind6(struct bpf_sock_addr *ctx)
{
	return finish(admit_bind(ctx, HOOK6));
}

SEC("cgroup/post_bind4")
int sock_post_bind4(struct bpf_sock *ctx)
{
	return finish(admit_bound(ctx, HOOK4));
}

SEC("cgroup/post_bind6")
int sock_post_bind6(struct bpf_sock *ctx)
{
	return finish(admit_bound(ctx, HOOK6));
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
