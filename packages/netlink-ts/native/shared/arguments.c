// SPDX-License-Identifier: Apache-2.0
#include "addon.h"

int args__get(napi_env env, napi_callback_info info, size_t wanted, napi_value *argv)
{
	size_t argc = wanted;

	if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) == napi_ok && argc >= wanted)
		return 0;
	napi_throw_type_error(env, NULL, ADDON_NAME ": too few arguments");
	return -1;
}

int args__int(napi_env env, napi_value value, int *out)
{
	if (napi_get_value_int32(env, value, out) == napi_ok)
		return 0;
	napi_throw_type_error(env, NULL, ADDON_NAME ": expected a number");
	return -1;
}

int args__bytes(napi_env env, napi_value value, struct bytes *out)
{
	napi_typedarray_type type;

	if (napi_get_typedarray_info(env, value, &type, &out->length, (void **)&out->data, NULL, NULL) ==
		    napi_ok &&
	    type == napi_uint8_array)
		return 0;
	napi_throw_type_error(env, NULL, ADDON_NAME ": expected a Uint8Array");
	return -1;
}

napi_value result(napi_env env, int64_t value)
{
	napi_value number;

	return napi_create_int64(env, value, &number) == napi_ok ? number : NULL;
}

napi_value result_errno(napi_env env)
{
	return result(env, -errno);
}
