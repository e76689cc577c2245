// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include "functions.h"

/* open(family, type, protocol, namespaceFd | -1): fd, non-blocking. The socket stays in its namespace. */
napi_value socket__open(napi_env env, napi_callback_info info)
{
	int family, type, protocol, netns, fd, saved = -1;
	napi_value argv[4];

	if (args__get(env, info, 4, argv) || args__int(env, argv[0], &family) ||
	    args__int(env, argv[1], &type) || args__int(env, argv[2], &protocol) ||
	    args__int(env, argv[3], &netns))
		return NULL;
	if (netns >= 0) {
		saved = netns__enter(netns);
		if (saved < 0)
			return result(env, saved);
	}
	fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	if (fd < 0)
		fd = -errno;
	if (saved >= 0)
		netns__leave(saved);
	return result(env, fd < 0 ? fd : addon__own_fd(env, fd));
}

/* bind(fd, sockaddr) */
napi_value socket__bind(napi_env env, napi_callback_info info)
{
	struct bytes address;
	napi_value argv[2];
	int fd;

	if (args__get(env, info, 2, argv) || args__int(env, argv[0], &fd) ||
	    args__bytes(env, argv[1], &address))
		return NULL;
	if (bind(fd, (struct sockaddr *)address.data, address.length))
		return result_errno(env);
	return result(env, 0);
}

/* setOption(fd, level, name, bytes) */
napi_value socket__set_option(napi_env env, napi_callback_info info)
{
	struct bytes value;
	int fd, level, name;
	napi_value argv[4];

	if (args__get(env, info, 4, argv) || args__int(env, argv[0], &fd) ||
	    args__int(env, argv[1], &level) || args__int(env, argv[2], &name) ||
	    args__bytes(env, argv[3], &value))
		return NULL;
	if (setsockopt(fd, level, name, value.data, value.length))
		return result_errno(env);
	return result(env, 0);
}

/* getOption(fd, level, name, buffer): how many bytes of the buffer were filled. */
napi_value socket__get_option(napi_env env, napi_callback_info info)
{
	struct bytes value;
	socklen_t length;
	int fd, level, name;
	napi_value argv[4];

	if (args__get(env, info, 4, argv) || args__int(env, argv[0], &fd) ||
	    args__int(env, argv[1], &level) || args__int(env, argv[2], &name) ||
	    args__bytes(env, argv[3], &value))
		return NULL;
	length = value.length;
	if (getsockopt(fd, level, name, value.data, &length))
		return result_errno(env);
	return result(env, length);
}
