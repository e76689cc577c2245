// SPDX-License-Identifier: Apache-2.0
#ifndef NETLINK_TS_FUNCTIONS_H
#define NETLINK_TS_FUNCTIONS_H

#include "addon.h"

napi_value socket__open(napi_env env, napi_callback_info info);
napi_value socket__bind(napi_env env, napi_callback_info info);
napi_value socket__set_option(napi_env env, napi_callback_info info);
napi_value socket__get_option(napi_env env, napi_callback_info info);
napi_value socket__set_timeout(napi_env env, napi_callback_info info);
napi_value socket__send(napi_env env, napi_callback_info info);
napi_value socket__receive(napi_env env, napi_callback_info info);

napi_value netns__current(napi_env env, napi_callback_info info);
napi_value netns__create(napi_env env, napi_callback_info info);
napi_value netns__open(napi_env env, napi_callback_info info);
napi_value netns__run(napi_env env, napi_callback_info info);
napi_value netns__name(napi_env env, napi_callback_info info);
napi_value netns__unname(napi_env env, napi_callback_info info);
napi_value netns__of_socket(napi_env env, napi_callback_info info);
napi_value netns__cookie(napi_env env, napi_callback_info info);

#endif
