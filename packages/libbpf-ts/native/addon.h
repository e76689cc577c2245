/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "call.h"

void add_fds(napi_env env, napi_value exports);
void add_syscalls(napi_env env, napi_value exports);
void add_perf(napi_env env, napi_value exports);
void add_network(napi_env env, napi_value exports);
void add_mappings(napi_env env, napi_value exports);
void add_objects(napi_env env, napi_value exports);
void add_rings(napi_env env, napi_value exports);
