// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <uv.h>
#include "addon.h"

/* A watched descriptor. It lives until libuv has closed the handle, also when its environment goes first. */
struct watch {
	uv_poll_t handle;
	napi_env env;
	napi_ref callback;
	napi_async_context context;
	napi_async_cleanup_hook_handle cleanup;
	int closing;
};

static void watch__closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;

	napi_remove_async_cleanup_hook(watch->cleanup);
	free(watch);
}

static void watch__close(struct watch *watch)
{
	if (watch->closing)
		return;
	watch->closing = 1;
	napi_async_destroy(watch->env, watch->context);
	napi_delete_reference(watch->env, watch->callback);
	uv_close((uv_handle_t *)&watch->handle, watch__closed);
}

static void watch__at_exit(napi_async_cleanup_hook_handle hook, void *data)
{
	(void)hook;
	watch__close(data);
}

static void watch__report(napi_env env)
{
	napi_value error;
	bool pending;

	if (napi_is_exception_pending(env, &pending) == napi_ok && pending &&
	    napi_get_and_clear_last_exception(env, &error) == napi_ok)
		napi_fatal_exception(env, error);
}

static void watch__ready(uv_poll_t *handle, int status, int events)
{
	struct watch *watch = handle->data;
	napi_env env = watch->env;
	napi_handle_scope scope;
	napi_value callback, global;

	(void)status;
	(void)events;
	if (napi_open_handle_scope(env, &scope) != napi_ok)
		return;
	if (napi_get_reference_value(env, watch->callback, &callback) == napi_ok &&
	    napi_get_global(env, &global) == napi_ok &&
	    napi_make_callback(env, watch->context, global, callback, 0, NULL, NULL) != napi_ok)
		watch__report(env);
	napi_close_handle_scope(env, scope);
}

static void watch__forget(struct watch *watch)
{
	napi_async_destroy(watch->env, watch->context);
	napi_delete_reference(watch->env, watch->callback);
	free(watch);
}

/* On an error the watch is gone, or goes as soon as libuv has closed it. */
static int watch__listen(struct watch *watch, int fd, int events)
{
	uv_loop_t *loop;
	int error;

	if (napi_get_uv_event_loop(watch->env, &loop) != napi_ok) {
		watch__forget(watch);
		return -EINVAL;
	}
	error = uv_poll_init(loop, &watch->handle, fd);
	if (error) {
		watch__forget(watch);
		return error;
	}
	watch->handle.data = watch;
	napi_add_async_cleanup_hook(watch->env, watch__at_exit, watch, &watch->cleanup);
	error = uv_poll_start(&watch->handle, events, watch__ready);
	if (error)
		watch__close(watch);
	return error;
}

static int watch__prepare(struct watch *watch, napi_value callback)
{
	napi_value name;

	if (napi_create_string_utf8(watch->env, ADDON_NAME ":poll", NAPI_AUTO_LENGTH, &name) != napi_ok ||
	    napi_create_reference(watch->env, callback, 1, &watch->callback) != napi_ok)
		return -EINVAL;
	if (napi_async_init(watch->env, NULL, name, &watch->context) == napi_ok)
		return 0;
	napi_delete_reference(watch->env, watch->callback);
	return -EINVAL;
}

static napi_value watch__start(napi_env env, napi_callback_info info, int events)
{
	struct watch *watch;
	napi_value argv[2], handle;
	int fd, error;

	if (args__get(env, info, 2, argv) || args__int(env, argv[0], &fd))
		return NULL;
	watch = calloc(1, sizeof(*watch));
	if (!watch)
		return result(env, -ENOMEM);
	watch->env = env;
	error = watch__prepare(watch, argv[1]);
	if (error) {
		free(watch);
		return result(env, error);
	}
	error = watch__listen(watch, fd, events);
	if (error)
		return result(env, error);
	return napi_create_external(env, watch, NULL, NULL, &handle) == napi_ok ? handle : NULL;
}

/* pollStart(fd, callback): calls back while the descriptor is readable. Returns what pollStop() takes. */
napi_value poll__start(napi_env env, napi_callback_info info)
{
	return watch__start(env, info, UV_READABLE);
}

/* pollStartWritable(fd, callback): the same while it is writable; a socket is when it has connected, or
 * failed to. */
napi_value poll__start_writable(napi_env env, napi_callback_info info)
{
	return watch__start(env, info, UV_WRITABLE);
}

/* pollStop(handle): no callback comes any more, and the descriptor may be closed. To be called once. */
napi_value poll__stop(napi_env env, napi_callback_info info)
{
	struct watch *watch;
	napi_value argv[1];

	if (args__get(env, info, 1, argv))
		return NULL;
	if (napi_get_value_external(env, argv[0], (void **)&watch) != napi_ok)
		return result(env, -EINVAL);
	watch__close(watch);
	return result(env, 0);
}
