/* SPDX-License-Identifier: Apache-2.0 */
/* One call from JavaScript: its arguments, checked, and values to answer with. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAPI_VERSION 8
#include <node_api.h>

#define CALL_ARGUMENTS 12

struct call {
	napi_env env;
	size_t argc;
	napi_value argv[CALL_ARGUMENTS];
	bool bad; /* a TypeError is pending: return NULL */
};

struct bytes {
	void *data;
	size_t size;
};

struct call call_begin(napi_env env, napi_callback_info info);

/* Each sets `bad` (and throws, once) when the argument has another type. A missing or null one reads as
 * empty. */
int64_t call_integer(struct call *call, size_t index);
struct bytes call_bytes(struct call *call, size_t index);
/* A copy that the caller frees; NULL when the argument is missing, null or no string. */
char *call_string(struct call *call, size_t index);
void *call_external(struct call *call, size_t index, const napi_type_tag *tag);

napi_value answer_integer(napi_env env, int64_t value);
napi_value answer_string(napi_env env, const char *text, size_t length);
napi_value answer_bytes(napi_env env, const void *data, size_t size);
napi_value answer_object(napi_env env);
napi_value answer_external(napi_env env, void *data, napi_finalize finalize, const napi_type_tag *tag);
void set_value(napi_env env, napi_value object, const char *name, napi_value value);
void set_integer(napi_env env, napi_value object, const char *name, int64_t value);
void set_boolean(napi_env env, napi_value object, const char *name, bool value);
void set_string(napi_env env, napi_value object, const char *name, const char *text);

struct method {
	const char *name;
	napi_callback function;
};

/* Ends with a NULL name. */
void add_methods(napi_env env, napi_value exports, const struct method *methods);
