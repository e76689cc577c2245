// SPDX-License-Identifier: Apache-2.0
#include <linux/filter.h>
#include <sys/socket.h>
#include "functions.h"

/* attachFilter(fd, program): instructions of classic BPF, eight bytes each, as `struct sock_filter` has them.
 */
napi_value filter__attach(napi_env env, napi_callback_info info)
{
	struct sock_fprog program;
	struct bytes code;
	napi_value argv[2];
	int fd;

	if (args__get(env, info, 2, argv) || args__int(env, argv[0], &fd) || args__bytes(env, argv[1], &code))
		return NULL;
	if (code.length % sizeof(struct sock_filter) ||
	    code.length / sizeof(struct sock_filter) > BPF_MAXINSNS)
		return result(env, -EINVAL);
	program.len = code.length / sizeof(struct sock_filter);
	program.filter = (struct sock_filter *)code.data;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)))
		return result_errno(env);
	return result(env, 0);
}
