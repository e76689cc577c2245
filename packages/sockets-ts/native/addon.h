// SPDX-License-Identifier: Apache-2.0
#ifndef SOCKETS_TS_ADDON_H
#define SOCKETS_TS_ADDON_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <node_api.h>

/*
 * Every function returns a number: what it promises, or -errno. Nothing here throws for a refusal of the
 * kernel; the TypeScript side knows the operation and makes the error.
 */

/* The descriptors an environment (main thread or worker) has open: closed with it. */
struct addon {
	int *fds;
	size_t count;
	size_t capacity;
};

struct bytes {
	uint8_t *data;
	size_t length;
};

int addon__own_fd(napi_env env, int fd);
/* Forgets a descriptor without closing it: somebody else owns it from now on. */
int addon__release_fd(napi_env env, int fd);

/* Reads up to `wanted` arguments; throws a TypeError and returns -1 when there are fewer. */
int args__get(napi_env env, napi_callback_info info, size_t wanted, napi_value *argv);
int args__int(napi_env env, napi_value value, int *out);
int args__bytes(napi_env env, napi_value value, struct bytes *out);

napi_value result(napi_env env, int64_t value);
napi_value result_errno(napi_env env);

napi_value socket__open(napi_env env, napi_callback_info info);
napi_value socket__close(napi_env env, napi_callback_info info);
napi_value socket__release(napi_env env, napi_callback_info info);
napi_value socket__bind(napi_env env, napi_callback_info info);
napi_value socket__set_option(napi_env env, napi_callback_info info);
napi_value socket__get_option(napi_env env, napi_callback_info info);

napi_value message__send(napi_env env, napi_callback_info info);
napi_value message__receive(napi_env env, napi_callback_info info);

napi_value filter__attach(napi_env env, napi_callback_info info);

napi_value poll__start(napi_env env, napi_callback_info info);
napi_value poll__stop(napi_env env, napi_callback_info info);

#endif
