// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <unistd.h>
#include "addon.h"

#define EXPORT(name, function)                                                                               \
	{                                                                                                    \
		name, NULL, function, NULL, NULL, NULL, napi_enumerable, NULL                                \
	}

int addon__own_fd(napi_env env, int fd)
{
	struct addon *addon;

	if (napi_get_instance_data(env, (void **)&addon) != napi_ok)
		return -EINVAL;
	if (addon->count == addon->capacity) {
		size_t capacity = addon->capacity ? addon->capacity * 2 : 16;
		int *fds = realloc(addon->fds, capacity * sizeof(*fds));

		if (!fds) {
			close(fd);
			return -ENOMEM;
		}
		addon->fds = fds;
		addon->capacity = capacity;
	}
	addon->fds[addon->count++] = fd;
	return fd;
}

int addon__release_fd(napi_env env, int fd)
{
	struct addon *addon;

	if (napi_get_instance_data(env, (void **)&addon) != napi_ok)
		return -EINVAL;
	for (size_t i = 0; i < addon->count; i++) {
		if (addon->fds[i] != fd)
			continue;
		addon->fds[i] = addon->fds[--addon->count];
		return 0;
	}
	return -EBADF;
}

/* A worker that is terminated runs no JavaScript any more, but its descriptors would stay with the process.
 */
static void addon__finalize(napi_env env, void *data, void *hint)
{
	struct addon *addon = data;

	(void)env;
	(void)hint;
	for (size_t i = 0; i < addon->count; i++)
		close(addon->fds[i]);
	free(addon->fds);
	free(addon);
}

int args__get(napi_env env, napi_callback_info info, size_t wanted, napi_value *argv)
{
	size_t argc = wanted;

	if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) == napi_ok && argc >= wanted)
		return 0;
	napi_throw_type_error(env, NULL, "sockets-ts: too few arguments");
	return -1;
}

int args__int(napi_env env, napi_value value, int *out)
{
	if (napi_get_value_int32(env, value, out) == napi_ok)
		return 0;
	napi_throw_type_error(env, NULL, "sockets-ts: expected a number");
	return -1;
}

int args__bytes(napi_env env, napi_value value, struct bytes *out)
{
	napi_typedarray_type type;

	if (napi_get_typedarray_info(env, value, &type, &out->length, (void **)&out->data, NULL, NULL) ==
		    napi_ok &&
	    type == napi_uint8_array)
		return 0;
	napi_throw_type_error(env, NULL, "sockets-ts: expected a Uint8Array");
	return -1;
}

napi_value result(napi_env env, int64_t value)
{
	napi_value number;

	return napi_create_int64(env, value, &number) == napi_ok ? number : NULL;
}

napi_value result_errno(napi_env env)
{
	return result(env, -errno);
}

static napi_value init(napi_env env, napi_value exports)
{
	const napi_property_descriptor functions[] = {
		EXPORT("open", socket__open),
		EXPORT("close", socket__close),
		EXPORT("release", socket__release),
		EXPORT("bind", socket__bind),
		EXPORT("setOption", socket__set_option),
		EXPORT("getOption", socket__get_option),
		EXPORT("send", message__send),
		EXPORT("receive", message__receive),
		EXPORT("attachFilter", filter__attach),
		EXPORT("pollStart", poll__start),
		EXPORT("pollStop", poll__stop),
	};
	struct addon *addon = calloc(1, sizeof(*addon));

	if (!addon || napi_set_instance_data(env, addon, addon__finalize, NULL) != napi_ok)
		return NULL;
	if (napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions) !=
	    napi_ok)
		return NULL;
	return exports;
}

NAPI_MODULE(sockets_ts, init)
