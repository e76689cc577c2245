// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <sys/socket.h>
#include "functions.h"

/* connect(fd, sockaddr): -EINPROGRESS until the descriptor can be written to; SO_ERROR has the outcome then.
 */
napi_value tcp__connect(napi_env env, napi_callback_info info)
{
	struct bytes address;
	napi_value argv[2];
	int fd;

	if (args__get(env, info, 2, argv) || args__int(env, argv[0], &fd) ||
	    args__bytes(env, argv[1], &address))
		return NULL;
	if (connect(fd, (struct sockaddr *)address.data, address.length))
		return result_errno(env);
	return result(env, 0);
}

/* listen(fd, backlog) */
napi_value tcp__listen(napi_env env, napi_callback_info info)
{
	napi_value argv[2];
	int fd, backlog;

	if (args__get(env, info, 2, argv) || args__int(env, argv[0], &fd) ||
	    args__int(env, argv[1], &backlog))
		return NULL;
	if (listen(fd, backlog))
		return result_errno(env);
	return result(env, 0);
}

/* accept(fd, buffer): a connection's descriptor, non-blocking, and the peer's sockaddr in the buffer.
 * -EAGAIN: none. */
napi_value tcp__accept(napi_env env, napi_callback_info info)
{
	struct bytes address;
	socklen_t length;
	napi_value argv[2];
	int fd, accepted;

	if (args__get(env, info, 2, argv) || args__int(env, argv[0], &fd) ||
	    args__bytes(env, argv[1], &address))
		return NULL;
	do {
		length = address.length;
		accepted =
			accept4(fd, (struct sockaddr *)address.data, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
	} while (accepted < 0 && errno == EINTR);
	return accepted < 0 ? result_errno(env) : result(env, addon__own_fd(env, accepted));
}

/* localName(fd, buffer): the socket's own sockaddr in the buffer. */
napi_value socket__local_name(napi_env env, napi_callback_info info)
{
	struct bytes address;
	socklen_t length;
	napi_value argv[2];
	int fd;

	if (args__get(env, info, 2, argv) || args__int(env, argv[0], &fd) ||
	    args__bytes(env, argv[1], &address))
		return NULL;
	length = address.length;
	if (getsockname(fd, (struct sockaddr *)address.data, &length))
		return result_errno(env);
	return result(env, length);
}
