/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fds that one JavaScript environment has open: a worker that ends, however it ends, leaves none behind
 * in its process.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "addon.h"

struct fds {
	uint8_t *open; /* by fd */
	size_t size;
};

static struct fds *fds_of(napi_env env)
{
	void *data = NULL;

	napi_get_instance_data(env, &data);
	return data;
}

static void close_all(napi_env env, void *data, void *hint)
{
	struct fds *fds = data;

	(void)env;
	(void)hint;
	for (size_t fd = 0; fd < fds->size; fd++) {
		if (fds->open[fd])
			close(fd);
	}
	free(fds->open);
	free(fds);
}

static bool mark(struct fds *fds, size_t fd, bool open)
{
	if (fd >= fds->size) {
		size_t size = (fd | 255) + 1;
		uint8_t *grown = realloc(fds->open, size);

		if (!grown)
			return false;
		memset(grown + fds->size, 0, size - fds->size);
		fds->open = grown;
		fds->size = size;
	}
	fds->open[fd] = open;
	return true;
}

/* own(fd): this environment closes it at its end, unless close(fd) comes before. */
static napi_value door_own(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	int64_t fd = call_integer(&call, 0);

	if (call.bad)
		return NULL;
	return answer_integer(env, fd >= 0 && mark(fds_of(env), fd, true) ? 0 : -ENOMEM);
}

static napi_value door_close(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	int64_t fd = call_integer(&call, 0);

	if (call.bad)
		return NULL;
	if (fd >= 0)
		mark(fds_of(env), fd, false);
	return answer_integer(env, close(fd) ? -errno : 0);
}

void add_fds(napi_env env, napi_value exports)
{
	static const struct method methods[] = {
		{"own", door_own},
		{"close", door_close},
		{},
	};

	napi_set_instance_data(env, calloc(1, sizeof(struct fds)), close_all, NULL);
	add_methods(env, exports, methods);
}
