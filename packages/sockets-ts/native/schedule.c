// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <sched.h>
#include "functions.h"

/* scheduleRealtime(priority): the calling thread is scheduled round robin; what it starts is not. */
napi_value schedule__realtime(napi_env env, napi_callback_info info)
{
	struct sched_param param = {};
	napi_value argv[1];

	if (args__get(env, info, 1, argv) || args__int(env, argv[0], &param.sched_priority))
		return NULL;
	if (sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &param))
		return result_errno(env);
	return result(env, 0);
}
