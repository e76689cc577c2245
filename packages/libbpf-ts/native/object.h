/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <bpf/libbpf.h>
#include "call.h"

/* The object, map or program that an argument names. Throws for a closed object; NULL for an unknown name. */
struct bpf_object *call_object(struct call *call, size_t index);
struct bpf_map *call_map(struct call *call, struct bpf_object *object, size_t index);
struct bpf_program *call_program(struct call *call, struct bpf_object *object, size_t index);

/* Sections that newer libbpfs know, for those that do not. Calling it again does nothing. */
void know_sections(void);

void add_object_description(napi_env env, napi_value exports);
void add_object_settings(napi_env env, napi_value exports);
