// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <unistd.h>
#include "addon.h"

/* The descriptors an environment (main thread or worker) has open: closed with it. */
struct addon {
	int *fds;
	size_t count;
	size_t capacity;
};

int addon__own_fd(napi_env env, int fd)
{
	struct addon *addon;

	if (napi_get_instance_data(env, (void **)&addon) != napi_ok) {
		close(fd);
		return -EINVAL;
	}
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

static int disown(napi_env env, int fd)
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

/* release(fd): the descriptor stays open, and is somebody else's to close. */
napi_value descriptor__release(napi_env env, napi_callback_info info)
{
	napi_value argv[1];
	int fd;

	if (args__get(env, info, 1, argv) || args__int(env, argv[0], &fd))
		return NULL;
	return result(env, disown(env, fd));
}

/* close(fd): closes a descriptor that this addon opened. */
napi_value descriptor__close(napi_env env, napi_callback_info info)
{
	napi_value argv[1];
	int fd, error;

	if (args__get(env, info, 1, argv) || args__int(env, argv[0], &fd))
		return NULL;
	error = disown(env, fd);
	if (!error && close(fd))
		error = -errno;
	return result(env, error);
}

/* A worker that is terminated runs no JavaScript any more, but its descriptors would stay with the process.
 */
static void close_all(napi_env env, void *data, void *hint)
{
	struct addon *addon = data;

	(void)env;
	(void)hint;
	for (size_t i = 0; i < addon->count; i++)
		close(addon->fds[i]);
	free(addon->fds);
	free(addon);
}

napi_value addon__define(napi_env env, napi_value exports, const napi_property_descriptor *functions,
			 size_t count)
{
	struct addon *addon = calloc(1, sizeof(*addon));

	if (!addon || napi_set_instance_data(env, addon, close_all, NULL) != napi_ok)
		return NULL;
	return napi_define_properties(env, exports, count, functions) == napi_ok ? exports : NULL;
}
