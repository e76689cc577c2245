// SPDX-License-Identifier: Apache-2.0
/* What the addons share. ADDON_NAME comes from addon.mk. */
#ifndef SHARED_ADDON_H
#define SHARED_ADDON_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <node_api.h>

/*
 * Every function returns a number: what it promises, or -errno. Nothing here throws for a refusal of the
 * kernel; the TypeScript side knows the operation and makes the error.
 */

#define EXPORT(name, function)                                                                               \
	{                                                                                                    \
		name, NULL, function, NULL, NULL, NULL, napi_enumerable, NULL                                \
	}

/* Gives `exports` the functions, and the environment its list of descriptors. */
napi_value addon__define(napi_env env, napi_value exports, const napi_property_descriptor *functions,
			 size_t count);

/* The descriptor, now one of the environment's: closed with it. Or -errno, and it is closed. */
int addon__own_fd(napi_env env, int fd);
napi_value descriptor__close(napi_env env, napi_callback_info info);
napi_value descriptor__release(napi_env env, napi_callback_info info);

struct bytes {
	uint8_t *data;
	size_t length;
};

/* Reads up to `wanted` arguments; throws a TypeError and returns -1 when there are fewer. */
int args__get(napi_env env, napi_callback_info info, size_t wanted, napi_value *argv);
int args__int(napi_env env, napi_value value, int *out);
int args__bytes(napi_env env, napi_value value, struct bytes *out);

napi_value result(napi_env env, int64_t value);
napi_value result_errno(napi_env env);

/* A descriptor of the calling thread's network namespace, or -errno. */
int netns__open_current(void);
/* Moves the calling thread into a network namespace; returns a descriptor of the one it left, or -errno. */
int netns__enter(int fd);
/* Moves the thread back and closes the descriptor. A thread left in the wrong namespace ends the process. */
void netns__leave(int saved);

napi_value poll__start(napi_env env, napi_callback_info info);
napi_value poll__start_writable(napi_env env, napi_callback_info info);
napi_value poll__stop(napi_env env, napi_callback_info info);

#endif
