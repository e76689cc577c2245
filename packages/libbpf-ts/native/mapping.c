/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mmap(2) of a map as an ArrayBuffer. Unmapping puts private zero pages in the mapping's place and detaches
 * the buffer: the kernel lets the map go at once, and nothing that still knows the address can fault. The
 * addresses themselves are given back when V8 frees the buffer, so no second buffer ever meets a stale one.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "addon.h"

static void release(napi_env env, void *data, void *hint)
{
	(void)env;
	munmap(data, (size_t)(uintptr_t)hint);
}

/* map(fd, length, offset) → ArrayBuffer, or a negative errno. Writable, shared. */
static napi_value door_map(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	int64_t fd = call_integer(&call, 0), length = call_integer(&call, 1), offset = call_integer(&call, 2);
	napi_value buffer;
	void *data;

	if (call.bad)
		return NULL;
	data = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, offset);
	if (data == MAP_FAILED)
		return answer_integer(env, -errno);
	if (napi_create_external_arraybuffer(env, data, length, release, (void *)(uintptr_t)length,
					     &buffer) == napi_ok)
		return buffer;
	munmap(data, length);
	return answer_integer(env, -ENOMEM);
}

static napi_value door_unmap(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	size_t length = 0;
	void *data = NULL;

	if (!call.argc || napi_get_arraybuffer_info(env, call.argv[0], &data, &length) != napi_ok || !length)
		return answer_integer(env, 0);
	if (mmap(data, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	    MAP_FAILED)
		return answer_integer(env, -errno);
	napi_detach_arraybuffer(env, call.argv[0]);
	return answer_integer(env, 0);
}

void add_mappings(napi_env env, napi_value exports)
{
	static const struct method methods[] = {
		{"map", door_map},
		{"unmap", door_unmap},
		{},
	};

	add_methods(env, exports, methods);
}
