/* SPDX-License-Identifier: Apache-2.0 */
/* perf_event_open(2) and its ioctls: what tracepoint and uprobe links hang on. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/perf_event.h>
#include "addon.h"

/* perfEventOpen(attr, pid, cpu, offset, bytes): `bytes` is what the attribute at `offset` points to, or null.
 */
static napi_value door_perf_event_open(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bytes attr = call_bytes(&call, 0), target = call_bytes(&call, 4);
	int64_t pid = call_integer(&call, 1), cpu = call_integer(&call, 2), offset = call_integer(&call, 3);
	char copy[PERF_ATTR_SIZE_VER5] __attribute__((aligned(8)));
	uint64_t address = (uintptr_t)target.data;
	long fd;

	if (call.bad)
		return NULL;
	if (attr.size > sizeof(copy) || offset < 0 || (size_t)offset + sizeof(address) > attr.size)
		return answer_integer(env, -E2BIG);
	memcpy(copy, attr.data, attr.size);
	if (target.data)
		memcpy(copy + offset, &address, sizeof(address));
	fd = syscall(SYS_perf_event_open, copy, (pid_t)pid, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
	return answer_integer(env, fd < 0 ? -errno : fd);
}

static napi_value door_ioctl(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	int64_t fd = call_integer(&call, 0), request = call_integer(&call, 1),
		argument = call_integer(&call, 2);
	int result;

	if (call.bad)
		return NULL;
	result = ioctl((int)fd, (unsigned long)request, (unsigned long)argument);
	return answer_integer(env, result < 0 ? -errno : result);
}

void add_perf(napi_env env, napi_value exports)
{
	static const struct method methods[] = {
		{"perfEventOpen", door_perf_event_open},
		{"ioctl", door_ioctl},
		{},
	};

	add_methods(env, exports, methods);
}
