// SPDX-License-Identifier: Apache-2.0
#ifndef SOCKETS_TS_FUNCTIONS_H
#define SOCKETS_TS_FUNCTIONS_H

#include "addon.h"

napi_value socket__open(napi_env env, napi_callback_info info);
napi_value socket__bind(napi_env env, napi_callback_info info);
napi_value socket__set_option(napi_env env, napi_callback_info info);
napi_value socket__get_option(napi_env env, napi_callback_info info);

napi_value message__send(napi_env env, napi_callback_info info);
napi_value message__receive(napi_env env, napi_callback_info info);

napi_value tcp__connect(napi_env env, napi_callback_info info);
napi_value tcp__listen(napi_env env, napi_callback_info info);
napi_value tcp__accept(napi_env env, napi_callback_info info);
napi_value socket__local_name(napi_env env, napi_callback_info info);

napi_value filter__attach(napi_env env, napi_callback_info info);

napi_value schedule__realtime(napi_env env, napi_callback_info info);

#endif
