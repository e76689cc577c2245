/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "call.h"

struct call call_begin(napi_env env, napi_callback_info info)
{
	struct call call = {.env = env, .argc = CALL_ARGUMENTS};

	napi_get_cb_info(env, info, &call.argc, call.argv, NULL, NULL);
	return call;
}

static void refuse(struct call *call, size_t index, const char *wanted)
{
	char text[80];

	if (call->bad)
		return;
	call->bad = true;
	snprintf(text, sizeof(text), "addon: argument %zu must be %s", index, wanted);
	napi_throw_type_error(call->env, NULL, text);
}

static bool absent(const struct call *call, size_t index)
{
	napi_valuetype type;

	if (index >= call->argc || napi_typeof(call->env, call->argv[index], &type) != napi_ok)
		return true;
	return type == napi_undefined || type == napi_null;
}

int64_t call_integer(struct call *call, size_t index)
{
	int64_t value = 0;

	if (index >= call->argc || napi_get_value_int64(call->env, call->argv[index], &value) != napi_ok)
		refuse(call, index, "an integer");
	return value;
}

/* napi_get_typedarray_info reports a length in elements: only byte arrays have it in bytes. */
struct bytes call_bytes(struct call *call, size_t index)
{
	struct bytes bytes = {};
	napi_typedarray_type type;

	if (index >= call->argc)
		return bytes;
	if (napi_get_typedarray_info(call->env, call->argv[index], &type, &bytes.size, &bytes.data, NULL,
				     NULL) == napi_ok &&
	    type == napi_uint8_array)
		return bytes;
	if (!absent(call, index))
		refuse(call, index, "a Uint8Array");
	return (struct bytes){};
}

char *call_string(struct call *call, size_t index)
{
	size_t length;
	char *text;

	if (absent(call, index))
		return NULL;
	if (napi_get_value_string_utf8(call->env, call->argv[index], NULL, 0, &length) != napi_ok) {
		refuse(call, index, "a string");
		return NULL;
	}
	text = malloc(length + 1);
	if (text)
		napi_get_value_string_utf8(call->env, call->argv[index], text, length + 1, &length);
	return text;
}

void *call_external(struct call *call, size_t index, const napi_type_tag *tag)
{
	bool matches = false;
	void *data = NULL;

	if (index < call->argc)
		napi_check_object_type_tag(call->env, call->argv[index], tag, &matches);
	if (!matches || napi_get_value_external(call->env, call->argv[index], &data) != napi_ok)
		refuse(call, index, "a handle of this addon");
	return data;
}

napi_value answer_integer(napi_env env, int64_t value)
{
	napi_value result = NULL;

	napi_create_int64(env, value, &result);
	return result;
}

napi_value answer_string(napi_env env, const char *text, size_t length)
{
	napi_value result = NULL;

	napi_create_string_utf8(env, text ? text : "", text ? length : 0, &result);
	return result;
}

napi_value answer_bytes(napi_env env, const void *data, size_t size)
{
	napi_value buffer, result = NULL;
	void *copy;

	if (napi_create_arraybuffer(env, size, &copy, &buffer) != napi_ok)
		return NULL;
	if (size)
		memcpy(copy, data, size);
	napi_create_typedarray(env, napi_uint8_array, size, buffer, 0, &result);
	return result;
}

napi_value answer_object(napi_env env)
{
	napi_value object = NULL;

	napi_create_object(env, &object);
	return object;
}

napi_value answer_external(napi_env env, void *data, napi_finalize finalize, const napi_type_tag *tag)
{
	napi_value result = NULL;

	if (napi_create_external(env, data, finalize, NULL, &result) != napi_ok) {
		finalize(env, data, NULL);
		return NULL;
	}
	napi_type_tag_object(env, result, tag);
	return result;
}

void set_value(napi_env env, napi_value object, const char *name, napi_value value)
{
	if (value)
		napi_set_named_property(env, object, name, value);
}

void set_integer(napi_env env, napi_value object, const char *name, int64_t value)
{
	set_value(env, object, name, answer_integer(env, value));
}

void set_boolean(napi_env env, napi_value object, const char *name, bool value)
{
	napi_value result = NULL;

	napi_get_boolean(env, value, &result);
	set_value(env, object, name, result);
}

void set_string(napi_env env, napi_value object, const char *name, const char *text)
{
	if (text)
		set_value(env, object, name, answer_string(env, text, strlen(text)));
}

void add_methods(napi_env env, napi_value exports, const struct method *methods)
{
	for (; methods->name; methods++) {
		napi_value function = NULL;

		napi_create_function(env, methods->name, NAPI_AUTO_LENGTH, methods->function, NULL,
				     &function);
		set_value(env, exports, methods->name, function);
	}
}
