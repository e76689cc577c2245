/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbpf's object loader: open, relocate, load. What it made is handed out as duplicated fds, so that the
 * object can be closed right after loading.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <bpf/libbpf.h>
#include "addon.h"
#include "log.h"
#include "object.h"

static const napi_type_tag object_tag = {0x6c69626270662d74, 0x6f626a6563742d31};

struct handle {
	struct bpf_object *object; /* NULL once closed */
};

static void finalize(napi_env env, void *data, void *hint)
{
	struct handle *handle = data;

	(void)env;
	(void)hint;
	bpf_object__close(handle->object);
	free(handle);
}

struct bpf_object *call_object(struct call *call, size_t index)
{
	struct handle *handle = call_external(call, index, &object_tag);

	if (handle && !handle->object && !call->bad) {
		call->bad = true;
		napi_throw_error(call->env, NULL, "addon: the object is closed");
	}
	return handle ? handle->object : NULL;
}

static napi_value answer_status(napi_env env, int error, struct log *log)
{
	napi_value answer = answer_object(env);

	set_integer(env, answer, "status", error);
	set_value(env, answer, "log", answer_string(env, log->text, log->length));
	log_free(log);
	return answer;
}

/* objectOpen(bytes, name) → {status, log, object?} */
static napi_value object_open(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bytes source = call_bytes(&call, 0);
	char *name = call_string(&call, 1);
	struct bpf_object_open_opts options = {.sz = sizeof(options), .object_name = name};
	struct handle *handle = calloc(1, sizeof(*handle));
	struct log log = {};
	napi_value answer;
	int error;

	log_begin(&log);
	errno = 0;
	handle->object = bpf_object__open_mem(source.data, source.size, &options);
	error = handle->object ? 0 : errno ? -errno : -EINVAL;
	log_end();
	free(name);
	answer = answer_status(env, error, &log);
	if (handle->object)
		set_value(env, answer, "object", answer_external(env, handle, finalize, &object_tag));
	else
		free(handle);
	return answer;
}

/* objectLoad(object) → {status, log}: creates the maps and loads the programs. */
static napi_value object_load(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bpf_object *object = call_object(&call, 0);
	struct log log = {};
	int error;

	if (call.bad)
		return NULL;
	log_begin(&log);
	error = bpf_object__load(object);
	log_end();
	return answer_status(env, error, &log);
}

static napi_value object_close(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct handle *handle = call_external(&call, 0, &object_tag);

	if (call.bad)
		return NULL;
	bpf_object__close(handle->object);
	handle->object = NULL;
	return NULL;
}

static int duplicate(int fd)
{
	int copy = fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return copy < 0 && fd >= 0 ? -errno : copy;
}

/* objectMapFd(object, name) → an fd of the caller's own, or a negative errno (-ENOENT: not created). */
static napi_value object_map_fd(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bpf_object *object = call_object(&call, 0);
	struct bpf_map *map = call_map(&call, object, 1);

	return call.bad ? NULL : answer_integer(env, map ? duplicate(bpf_map__fd(map)) : -ENOENT);
}

static napi_value object_program_fd(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bpf_object *object = call_object(&call, 0);
	struct bpf_program *program = call_program(&call, object, 1);

	return call.bad ? NULL : answer_integer(env, program ? duplicate(bpf_program__fd(program)) : -ENOENT);
}

void add_objects(napi_env env, napi_value exports)
{
	static const struct method methods[] = {
		{"objectOpen", object_open},
		{"objectLoad", object_load},
		{"objectClose", object_close},
		{"objectMapFd", object_map_fd},
		{"objectProgramFd", object_program_fd},
		{},
	};

	log_install();
	know_sections();
	add_methods(env, exports, methods);
	add_object_description(env, exports);
	add_object_settings(env, exports);
}
