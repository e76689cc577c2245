/* SPDX-License-Identifier: Apache-2.0 */
/* What can be set between opening and loading. Each answers 0 or a negative errno. */
#include <errno.h>
#include <stdlib.h>
#include "addon.h"
#include "object.h"

struct bpf_map *call_map(struct call *call, struct bpf_object *object, size_t index)
{
	char *name = call_string(call, index);
	struct bpf_map *map = object && name ? bpf_object__find_map_by_name(object, name) : NULL;

	free(name);
	return map;
}

struct bpf_program *call_program(struct call *call, struct bpf_object *object, size_t index)
{
	char *name = call_string(call, index);
	struct bpf_program *program = object && name ? bpf_object__find_program_by_name(object, name) : NULL;

	free(name);
	return program;
}

typedef int64_t (*map_setter)(struct bpf_map *map, int64_t value);

static napi_value set_on_map(napi_env env, napi_callback_info info, map_setter setter)
{
	struct call call = call_begin(env, info);
	struct bpf_map *map = call_map(&call, call_object(&call, 0), 1);
	int64_t value = call_integer(&call, 2);

	return call.bad ? NULL : answer_integer(env, map ? setter(map, value) : -ENOENT);
}

/* Answers what it became: libbpf rounds the size of a ring buffer up. */
static int64_t max_entries(struct bpf_map *map, int64_t value)
{
	int error = bpf_map__set_max_entries(map, value);

	return error ? error : (int64_t)bpf_map__max_entries(map);
}

static int64_t autocreate(struct bpf_map *map, int64_t value)
{
	return bpf_map__set_autocreate(map, value != 0);
}

static int64_t reuse(struct bpf_map *map, int64_t fd)
{
	return bpf_map__reuse_fd(map, fd);
}

static int64_t inner_map(struct bpf_map *map, int64_t fd)
{
	return bpf_map__set_inner_map_fd(map, fd);
}

static napi_value map_max_entries(napi_env env, napi_callback_info info)
{
	return set_on_map(env, info, max_entries);
}

static napi_value map_autocreate(napi_env env, napi_callback_info info)
{
	return set_on_map(env, info, autocreate);
}

static napi_value map_reuse(napi_env env, napi_callback_info info)
{
	return set_on_map(env, info, reuse);
}

static napi_value map_inner(napi_env env, napi_callback_info info)
{
	return set_on_map(env, info, inner_map);
}

/* mapInitialValue(object, map) → a copy of .rodata, .data or .bss as it will be loaded */
static napi_value map_initial_value(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bpf_map *map = call_map(&call, call_object(&call, 0), 1);
	const void *value;
	size_t size = 0;

	if (call.bad || !map)
		return NULL;
	value = bpf_map__initial_value(map, &size);
	return answer_bytes(env, value, value ? size : 0);
}

static napi_value map_set_initial_value(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bpf_map *map = call_map(&call, call_object(&call, 0), 1);
	struct bytes value = call_bytes(&call, 2);

	if (call.bad)
		return NULL;
	return answer_integer(env, map ? bpf_map__set_initial_value(map, value.data, value.size) : -ENOENT);
}

static napi_value program_autoload(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bpf_program *program = call_program(&call, call_object(&call, 0), 1);
	int64_t value = call_integer(&call, 2);

	if (call.bad)
		return NULL;
	return answer_integer(env, program ? bpf_program__set_autoload(program, value != 0) : -ENOENT);
}

/* objectDevice(object, ifindex): programs and maps are made for a device that runs BPF itself. */
static napi_value object_device(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bpf_object *object = call_object(&call, 0);
	int64_t ifindex = call_integer(&call, 1);
	struct bpf_program *program;
	struct bpf_map *map;
	int error = 0;

	if (call.bad)
		return NULL;
	bpf_object__for_each_program(program, object) bpf_program__set_ifindex(program, ifindex);
	bpf_object__for_each_map(map, object) error = bpf_map__set_ifindex(map, ifindex) ?: error;
	return answer_integer(env, error);
}

void add_object_settings(napi_env env, napi_value exports)
{
	static const struct method methods[] = {
		{"mapMaxEntries", map_max_entries},
		{"mapAutocreate", map_autocreate},
		{"mapReuse", map_reuse},
		{"mapInner", map_inner},
		{"mapInitialValue", map_initial_value},
		{"mapSetInitialValue", map_set_initial_value},
		{"programAutoload", program_autoload},
		{"objectDevice", object_device},
		{},
	};

	add_methods(env, exports, methods);
}
