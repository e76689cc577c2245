// SPDX-License-Identifier: Apache-2.0
#include "functions.h"

static napi_value init(napi_env env, napi_value exports)
{
	const napi_property_descriptor functions[] = {
		EXPORT("open", socket__open),
		EXPORT("close", descriptor__close),
		EXPORT("bind", socket__bind),
		EXPORT("setOption", socket__set_option),
		EXPORT("getOption", socket__get_option),
		EXPORT("localName", socket__local_name),
		EXPORT("connect", tcp__connect),
		EXPORT("listen", tcp__listen),
		EXPORT("accept", tcp__accept),
		EXPORT("release", descriptor__release),
		EXPORT("send", message__send),
		EXPORT("receive", message__receive),
		EXPORT("attachFilter", filter__attach),
		EXPORT("scheduleRealtime", schedule__realtime),
		EXPORT("pollStart", poll__start),
		EXPORT("pollStartWritable", poll__start_writable),
		EXPORT("pollStop", poll__stop),
	};

	return addon__define(env, exports, functions, sizeof(functions) / sizeof(functions[0]));
}

NAPI_MODULE(sockets_ts, init)
