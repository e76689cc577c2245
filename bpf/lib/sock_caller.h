/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Whose system call is it? The host's, a pod's, or of somebody who is to be treated as the host or left
 * alone. Nothing is looked up as long as nobody is.
 */
#pragma once
#include "sock_call.h"
#include "sock_maps.h"

/* The deepest level of cgroups that is asked about. */
#define SOCK_LEVELS 32

static __always_inline __u32 treatment_of(__u64 id, enum sock_subject_kind kind)
{
	struct sock_subject subject = {.id = id, .kind = kind};
	__u32 *treatment = bpf_map_lookup_elem(&sock_subjects, &subject);

	return treatment ? *treatment : 0;
}

/* Read by the verifier once. */
__noinline __u32 treatment_of_cgroups(__u32 levels)
{
	__u32 treatment = 0;

	for (int level = 0; level < SOCK_LEVELS; level++)
		if (levels >> level & 1)
			treatment |=
				treatment_of(bpf_get_current_ancestor_cgroup_id(level), SOCK_SUBJECT_CGROUP);
	return treatment;
}

static __always_inline __u32 treatment_of_caller(__u64 netns)
{
	__u32 zero = 0, treatment = 0;
	struct sock_switches *switches = bpf_map_lookup_elem(&sock_switches, &zero);

	if (!switches)
		return 0;
	if (switches->namespaces)
		treatment = treatment_of(netns, SOCK_SUBJECT_NAMESPACE);
	if (switches->levels)
		treatment |= treatment_of_cgroups(switches->levels);
	return treatment;
}

static __always_inline _Bool in_host_namespace(__u64 netns)
{
	return netns == (config.host_netns ? config.host_netns : bpf_get_netns_cookie(0));
}

sock_stage check_caller(const struct sock_call *call, _Bool *is_host)
{
	__u32 treatment = treatment_of_caller(call->netns);

	*is_host = in_host_namespace(call->netns) || treatment & SOCK_AS_HOST;
	if (treatment & SOCK_LEFT_ALONE)
		return SOCK_PASS_LEFT_ALONE;
	return config.host_only && !*is_host ? SOCK_PASS_POD : SOCK_GO_ON;
}
