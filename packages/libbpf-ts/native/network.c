/* SPDX-License-Identifier: Apache-2.0 */
/* What links need from the network namespace of this thread: device names, and classic tc filters. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include "addon.h"
#include "log.h"

/* sysfs shows the namespace it was mounted in; this asks the one the thread is in. */
static napi_value door_device_index(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	char *name = call_string(&call, 0);
	unsigned int index = name ? if_nametoindex(name) : 0;
	int64_t result = index ? (int64_t)index : -errno;

	free(name);
	return call.bad ? NULL : answer_integer(env, result);
}

struct filter {
	struct bpf_tc_hook hook;
	struct bpf_tc_opts opts;
	int namespace; /* fd of the network namespace to work in, -1: this thread's */
};

/* (device index, 1 ingress | 2 egress, handle, priority, program fd or 0, flags, namespace fd or -1) */
static struct filter filter_of(struct call *call)
{
	return (struct filter){
		.hook = {.sz = sizeof(struct bpf_tc_hook),
			 .ifindex = call_integer(call, 0),
			 .attach_point = call_integer(call, 1)},
		.opts = {.sz = sizeof(struct bpf_tc_opts),
			 .handle = call_integer(call, 2),
			 .priority = call_integer(call, 3),
			 .prog_fd = call_integer(call, 4),
			 .flags = call_integer(call, 5)},
		.namespace = call_integer(call, 6),
	};
}

/* The log carries the kernel's extended ack. */
static napi_value answer_filter(napi_env env, int error, const struct filter *filter, struct log *log)
{
	napi_value answer = answer_object(env);

	set_integer(env, answer, "status", error);
	set_value(env, answer, "log", answer_string(env, log->text, log->length));
	log_free(log);
	set_integer(env, answer, "handle", filter->opts.handle);
	set_integer(env, answer, "priority", filter->opts.priority);
	set_integer(env, answer, "programId", filter->opts.prog_id);
	return answer;
}

typedef int (*filter_action)(struct filter *filter);

static int attach(struct filter *filter)
{
	int error = bpf_tc_hook_create(&filter->hook);

	return error && error != -EEXIST ? error : bpf_tc_attach(&filter->hook, &filter->opts);
}

static int query(struct filter *filter)
{
	return bpf_tc_query(&filter->hook, &filter->opts);
}

static int detach(struct filter *filter)
{
	return bpf_tc_detach(&filter->hook, &filter->opts);
}

/* libbpf opens its netlink socket in the namespace that the thread is in. */
static int in_namespace(struct filter *filter, filter_action action)
{
	int here, result;

	if (filter->namespace < 0)
		return action(filter);
	here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (here < 0)
		return -errno;
	result = setns(filter->namespace, CLONE_NEWNET) ? -errno : action(filter);
	if (setns(here, CLONE_NEWNET))
		abort(); /* the thread would go on in a foreign namespace */
	close(here);
	return result;
}

static napi_value on_filter(napi_env env, napi_callback_info info, filter_action action)
{
	struct call call = call_begin(env, info);
	struct filter filter = filter_of(&call);
	struct log log = {};
	int error;

	if (call.bad)
		return NULL;
	log_begin(&log);
	error = in_namespace(&filter, action);
	log_end();
	return answer_filter(env, error, &filter, &log);
}

static napi_value door_tc_attach(napi_env env, napi_callback_info info)
{
	return on_filter(env, info, attach);
}

static napi_value door_tc_query(napi_env env, napi_callback_info info)
{
	return on_filter(env, info, query);
}

static napi_value door_tc_detach(napi_env env, napi_callback_info info)
{
	return on_filter(env, info, detach);
}

void add_network(napi_env env, napi_value exports)
{
	static const struct method methods[] = {
		{"deviceIndex", door_device_index},
		{"tcAttach", door_tc_attach},
		{"tcQuery", door_tc_query},
		{"tcDetach", door_tc_detach},
		{},
	};

	add_methods(env, exports, methods);
}
