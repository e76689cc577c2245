/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* A program for each hook that libbpf-ts attaches to. Each counts its runs in a place of its own. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define TCX_NEXT -1

enum hook { XDP, TC_FIRST, TC_SECOND, CONNECT, EGRESS, TRACEPOINT, UPROBE, SK_LOOKUP, HOOKS };

__u64 runs[HOOKS];
__u64 cookies[HOOKS];
__u32 order[4];
__u32 ordered;
__u32 pid;

static __always_inline void ran(enum hook hook)
{
	__sync_fetch_and_add(&runs[hook], 1);
}

static __always_inline void ran_in_order(enum hook hook)
{
	ran(hook);
	if (ordered < 4)
		order[ordered++] = hook;
}

SEC("xdp")
int xdp_pass(struct xdp_md *ctx __attribute__((unused)))
{
	ran(XDP);
	return XDP_PASS;
}

SEC("xdp")
int xdp_drop(struct xdp_md *ctx __attribute__((unused)))
{
	ran(XDP);
	return XDP_DROP;
}

SEC("tc")
int tc_first(struct __sk_buff *skb __attribute__((unused)))
{
	ran_in_order(TC_FIRST);
	return TCX_NEXT;
}

SEC("tcx/ingress")
int tc_second(struct __sk_buff *skb __attribute__((unused)))
{
	ran_in_order(TC_SECOND);
	return TCX_NEXT;
}

SEC("tc")
int tc_mark(struct __sk_buff *skb)
{
	skb->mark += 1;
	skb->cb[0] = skb->ifindex;
	return TC_ACT_OK;
}

SEC("cgroup/connect4")
int refuse_connect(struct bpf_sock_addr *ctx __attribute__((unused)))
{
	ran(CONNECT);
	return 0;
}

SEC("cgroup/connect4")
int allow_connect(struct bpf_sock_addr *ctx __attribute__((unused)))
{
	ran(CONNECT);
	return 1;
}

SEC("cgroup_skb/egress")
int egress(struct __sk_buff *skb __attribute__((unused)))
{
	ran(EGRESS);
	return 1;
}

SEC("tracepoint/sched/sched_process_exec")
int on_exec(void *ctx)
{
	ran(TRACEPOINT);
	cookies[TRACEPOINT] = bpf_get_attach_cookie(ctx);
	return 0;
}

SEC("uprobe")
int on_call(void *ctx)
{
	if (pid && bpf_get_current_pid_tgid() >> 32 != pid)
		return 0;
	ran(UPROBE);
	cookies[UPROBE] = bpf_get_attach_cookie(ctx);
	return 0;
}

SEC("sk_lookup")
int lookup_drop(struct bpf_sk_lookup *ctx __attribute__((unused)))
{
	ran(SK_LOOKUP);
	return SK_DROP;
}

SEC("sk_lookup")
int lookup_pass(struct bpf_sk_lookup *ctx __attribute__((unused)))
{
	ran(SK_LOOKUP);
	return SK_PASS;
}

SEC("xdp/devmap")
int before_sending(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
