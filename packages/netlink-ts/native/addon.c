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
		EXPORT("setTimeout", socket__set_timeout),
		EXPORT("send", socket__send),
		EXPORT("receive", socket__receive),
		EXPORT("pollStart", poll__start),
		EXPORT("pollStop", poll__stop),
		EXPORT("currentNamespace", netns__current),
		EXPORT("createNamespace", netns__create),
		EXPORT("openNamespace", netns__open),
		EXPORT("runInNamespace", netns__run),
		EXPORT("nameNamespace", netns__name),
		EXPORT("unnameNamespace", netns__unname),
		EXPORT("namespaceOfSocket", netns__of_socket),
		EXPORT("namespaceCookie", netns__cookie),
	};

	return addon__define(env, exports, functions, sizeof(functions) / sizeof(functions[0]));
}

NAPI_MODULE(netlink_ts, init)
