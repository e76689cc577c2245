/* SPDX-License-Identifier: Apache-2.0 */
/* What an object says of itself: maps, programs, global variables, BTF; and what libbpf can say of the
 * kernel. */
#include <errno.h>
#include <string.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "addon.h"
#include "object.h"

static napi_value describe_map(napi_env env, const struct bpf_map *map)
{
	napi_value answer = answer_object(env);

	set_string(env, answer, "name", bpf_map__name(map));
	set_integer(env, answer, "type", bpf_map__type(map));
	set_integer(env, answer, "keySize", bpf_map__key_size(map));
	set_integer(env, answer, "valueSize", bpf_map__value_size(map));
	set_integer(env, answer, "maxEntries", bpf_map__max_entries(map));
	set_integer(env, answer, "flags", bpf_map__map_flags(map));
	set_integer(env, answer, "keyTypeId", bpf_map__btf_key_type_id(map));
	set_integer(env, answer, "valueTypeId", bpf_map__btf_value_type_id(map));
	set_boolean(env, answer, "internal", bpf_map__is_internal(map));
	set_boolean(env, answer, "autocreate", bpf_map__autocreate(map));
	set_string(env, answer, "pinPath", bpf_map__pin_path(map));
	return answer;
}

static napi_value object_maps(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bpf_object *object = call_object(&call, 0);
	napi_value list = NULL;
	struct bpf_map *map;
	uint32_t count = 0;

	if (call.bad || napi_create_array(env, &list) != napi_ok)
		return NULL;
	bpf_object__for_each_map(map, object) napi_set_element(env, list, count++, describe_map(env, map));
	return list;
}

static napi_value describe_program(napi_env env, const struct bpf_program *program)
{
	napi_value answer = answer_object(env);

	set_string(env, answer, "name", bpf_program__name(program));
	set_string(env, answer, "section", bpf_program__section_name(program));
	set_integer(env, answer, "type", bpf_program__type(program));
	set_integer(env, answer, "attachType", bpf_program__expected_attach_type(program));
	set_boolean(env, answer, "autoload", bpf_program__autoload(program));
	return answer;
}

static napi_value object_programs(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bpf_object *object = call_object(&call, 0);
	struct bpf_program *program;
	napi_value list = NULL;
	uint32_t count = 0;

	if (call.bad || napi_create_array(env, &list) != napi_ok)
		return NULL;
	bpf_object__for_each_program(program, object)
		napi_set_element(env, list, count++, describe_program(env, program));
	return list;
}

static void describe_section(napi_env env, const struct btf *btf, const struct btf_type *section,
			     napi_value list)
{
	const struct btf_var_secinfo *variable = btf_var_secinfos(section);
	uint32_t count = 0;

	napi_get_array_length(env, list, &count);
	for (int i = 0; i < btf_vlen(section); i++, variable++) {
		const struct btf_type *type = btf__type_by_id(btf, variable->type);
		napi_value answer = answer_object(env);

		set_string(env, answer, "section", btf__name_by_offset(btf, section->name_off));
		set_string(env, answer, "name", btf__name_by_offset(btf, type->name_off));
		set_integer(env, answer, "offset", variable->offset);
		set_integer(env, answer, "size", variable->size);
		napi_set_element(env, list, count++, answer);
	}
}

/* objectVariables(object) → global variables of every section, with the offsets that libbpf resolved */
static napi_value object_variables(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bpf_object *object = call_object(&call, 0);
	const struct btf *btf = object ? bpf_object__btf(object) : NULL;
	napi_value list = NULL;

	if (call.bad || napi_create_array(env, &list) != napi_ok)
		return NULL;
	for (__u32 id = 1; btf && id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);

		if (btf_is_datasec(type))
			describe_section(env, btf, type, list);
	}
	return list;
}

static napi_value object_btf(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct bpf_object *object = call_object(&call, 0);
	const struct btf *btf = object ? bpf_object__btf(object) : NULL;
	__u32 size = 0;
	const void *data = btf ? btf__raw_data(btf, &size) : NULL;

	return call.bad ? NULL : answer_bytes(env, data, data ? size : 0);
}

/* probeMap(map type) → 1, 0, or a negative errno: could not tell. So also probeProgram. */
static napi_value probe_map(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	int64_t type = call_integer(&call, 0);

	return call.bad ? NULL : answer_integer(env, libbpf_probe_bpf_map_type(type, NULL));
}

static napi_value probe_program(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	int64_t type = call_integer(&call, 0);

	return call.bad ? NULL : answer_integer(env, libbpf_probe_bpf_prog_type(type, NULL));
}

void add_object_description(napi_env env, napi_value exports)
{
	static const struct method methods[] = {
		{"objectMaps", object_maps},
		{"objectPrograms", object_programs},
		{"objectVariables", object_variables},
		{"objectBtf", object_btf},
		{"probeMap", probe_map},
		{"probeProgram", probe_program},
		{},
	};

	add_methods(env, exports, methods);
}
