/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that Node lacks. Each answers what the kernel answered: 0 and more, or a negative errno. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "addon.h"

#define ATTR_SIZE 256

static int64_t result_of(long value)
{
	return value < 0 ? -errno : value;
}

/* Puts the addresses of byte arrays into the attributes: arguments come in pairs of offset and array. */
static void patch_pointers(struct call *call, char *attr, size_t size, bool clear)
{
	for (size_t i = 2; i + 1 < call->argc && !call->bad; i += 2) {
		struct bytes target = call_bytes(call, i + 1);
		uint64_t address = clear ? 0 : (uintptr_t)target.data;
		int64_t offset = call_integer(call, i);

		if (offset >= 0 && (size_t)offset + sizeof(address) <= size)
			memcpy(attr + offset, &address, sizeof(address));
	}
}

/* bpf(command, attr, offset, bytes, ...): the one door to bpf(2). The kernel's answers come back in `attr`.
 */
static napi_value door_bpf(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	char copy[ATTR_SIZE] __attribute__((aligned(8)));
	int64_t command = call_integer(&call, 0);
	struct bytes attr = call_bytes(&call, 1);
	int64_t result;

	if (call.bad)
		return NULL;
	if (attr.size > sizeof(copy))
		return answer_integer(env, -E2BIG);
	memcpy(copy, attr.data, attr.size);
	patch_pointers(&call, copy, attr.size, false);
	if (call.bad)
		return NULL;
	result = result_of(syscall(SYS_bpf, command, copy, attr.size));
	patch_pointers(&call, copy, attr.size, true);
	memcpy(attr.data, copy, attr.size);
	return answer_integer(env, result);
}

/* info(fd, info, offset, bytes, ...): BPF_OBJ_GET_INFO_BY_FD, whose structure itself points to arrays. */
static napi_value door_info(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	union bpf_attr attr = {.info.bpf_fd = call_integer(&call, 0)};
	struct bytes target = call_bytes(&call, 1);
	int64_t result;

	patch_pointers(&call, target.data, target.size, false);
	if (call.bad)
		return NULL;
	attr.info.info_len = target.size;
	attr.info.info = (uintptr_t)target.data;
	result = result_of(syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr.info)));
	patch_pointers(&call, target.data, target.size, true);
	return answer_integer(env, result);
}

/* membarrier(MEMBARRIER_CMD_GLOBAL) waits for an RCU grace period of the whole machine. */
static napi_value door_membarrier(napi_env env, napi_callback_info info)
{
	(void)info;
	return answer_integer(env, result_of(syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0)));
}

/* As a cgroup namespace sees the mount: its root is what a cgroup2 is mounted with. Without a way back the
 * thread ends. */
static int64_t mount_as(const char *type, const char *target, const char *namespace)
{
	int own = open("/proc/thread-self/ns/cgroup", O_RDONLY | O_CLOEXEC);
	int other = open(namespace, O_RDONLY | O_CLOEXEC);
	int64_t result;

	if (own < 0 || other < 0 || setns(other, CLONE_NEWCGROUP)) {
		result = -errno;
	} else {
		result = result_of(mount(type, target, type, 0, NULL));
		if (setns(own, CLONE_NEWCGROUP))
			abort();
	}
	if (own >= 0)
		close(own);
	if (other >= 0)
		close(other);
	return result;
}

/* mount(type, target, cgroupNamespace | undefined) */
static napi_value door_mount(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	char *type = call_string(&call, 0), *target = call_string(&call, 1),
	     *namespace = call_string(&call, 2);
	int64_t result = -EINVAL;

	if (type && target)
		result = namespace ? mount_as(type, target, namespace)
				   : result_of(mount(type, target, type, 0, NULL));
	free(type);
	free(target);
	free(namespace);
	return call.bad ? NULL : answer_integer(env, result);
}

/* Before 5.11 the kernel counts BPF memory against RLIMIT_MEMLOCK: away with it, or as far up as may be. */
static napi_value door_raise_memlock(napi_env env, napi_callback_info info)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

	(void)info;
	if (setrlimit(RLIMIT_MEMLOCK, &limit) == 0)
		return answer_integer(env, 0);
	getrlimit(RLIMIT_MEMLOCK, &limit);
	limit.rlim_cur = limit.rlim_max;
	return answer_integer(env, result_of(setrlimit(RLIMIT_MEMLOCK, &limit)));
}

/* Does nothing: the floor of every call's cost. */
static napi_value door_nothing(napi_env env, napi_callback_info info)
{
	(void)env;
	(void)info;
	return NULL;
}

void add_syscalls(napi_env env, napi_value exports)
{
	static const struct method methods[] = {
		{"bpf", door_bpf},
		{"info", door_info},
		{"membarrier", door_membarrier},
		{"mount", door_mount},
		{"raiseMemlock", door_raise_memlock},
		{"nothing", door_nothing},
		{},
	};

	add_methods(env, exports, methods);
}
