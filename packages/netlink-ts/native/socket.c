// SPDX-License-Identifier: Apache-2.0
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "functions.h"

/* open(protocol, namespaceFd | -1, nonBlocking): fd. The socket stays in its namespace, whoever uses it. */
napi_value socket__open(napi_env env, napi_callback_info info)
{
	int protocol, netns, nonblock, fd, saved = -1;
	napi_value argv[3];

	if (args__get(env, info, 3, argv) || args__int(env, argv[0], &protocol) ||
	    args__int(env, argv[1], &netns) || args__int(env, argv[2], &nonblock))
		return NULL;
	if (netns >= 0) {
		saved = netns__enter(netns);
		if (saved < 0)
			return result(env, saved);
	}
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | (nonblock ? SOCK_NONBLOCK : 0), protocol);
	if (fd < 0)
		fd = -errno;
	if (saved >= 0)
		netns__leave(saved);
	return result(env, fd < 0 ? fd : addon__own_fd(env, fd));
}

/* bind(fd): the port id that the kernel gave. */
napi_value socket__bind(napi_env env, napi_callback_info info)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	socklen_t length = sizeof(address);
	napi_value argv[1];
	int fd;

	if (args__get(env, info, 1, argv) || args__int(env, argv[0], &fd))
		return NULL;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    getsockname(fd, (struct sockaddr *)&address, &length))
		return result_errno(env);
	return result(env, address.nl_pid);
}

/* setOption(fd, level, name, value): an integer option. */
napi_value socket__set_option(napi_env env, napi_callback_info info)
{
	int fd, level, name, value;
	napi_value argv[4];

	if (args__get(env, info, 4, argv) || args__int(env, argv[0], &fd) ||
	    args__int(env, argv[1], &level) || args__int(env, argv[2], &name) ||
	    args__int(env, argv[3], &value))
		return NULL;
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		return result_errno(env);
	return result(env, 0);
}

/* getOption(fd, level, name): an integer option. */
napi_value socket__get_option(napi_env env, napi_callback_info info)
{
	int fd, level, name, value = 0;
	socklen_t length = sizeof(value);
	napi_value argv[3];

	if (args__get(env, info, 3, argv) || args__int(env, argv[0], &fd) ||
	    args__int(env, argv[1], &level) || args__int(env, argv[2], &name))
		return NULL;
	if (getsockopt(fd, level, name, &value, &length))
		return result_errno(env);
	return result(env, value);
}

/* setTimeout(fd, milliseconds): how long receive() waits before it returns -EAGAIN; 0 waits for ever. */
napi_value socket__set_timeout(napi_env env, napi_callback_info info)
{
	struct timeval timeout;
	napi_value argv[2];
	int fd, ms;

	if (args__get(env, info, 2, argv) || args__int(env, argv[0], &fd) || args__int(env, argv[1], &ms))
		return NULL;
	timeout.tv_sec = ms / 1000;
	timeout.tv_usec = (ms % 1000) * 1000;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)))
		return result_errno(env);
	return result(env, 0);
}

/* send(fd, bytes, length): to the kernel. It has acted, and answered, when this returns. */
napi_value socket__send(napi_env env, napi_callback_info info)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct bytes data;
	napi_value argv[3];
	int fd, length;
	ssize_t sent;

	if (args__get(env, info, 3, argv) || args__int(env, argv[0], &fd) ||
	    args__bytes(env, argv[1], &data) || args__int(env, argv[2], &length))
		return NULL;
	if (length < 0 || (size_t)length > data.length)
		return result(env, -EINVAL);
	do {
		sent = sendto(fd, data.data, length, 0, (struct sockaddr *)&kernel, sizeof(kernel));
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? result_errno(env) : result(env, sent);
}

/*
 * receive(fd, buffer, wait): the datagram's length; when it is more than the buffer holds, its end is lost.
 * -EAGAIN when nothing came within the timeout, or is there when not waiting.
 * Datagrams from other processes are passed over: only the kernel (port 0) speaks here.
 */
napi_value socket__receive(napi_env env, napi_callback_info info)
{
	struct sockaddr_nl from = {};
	struct bytes buffer;
	struct iovec part;
	struct msghdr message = {.msg_name = &from, .msg_iov = &part, .msg_iovlen = 1};
	napi_value argv[3];
	ssize_t length;
	int fd, wait;

	if (args__get(env, info, 3, argv) || args__int(env, argv[0], &fd) ||
	    args__bytes(env, argv[1], &buffer) || args__int(env, argv[2], &wait))
		return NULL;
	part.iov_base = buffer.data;
	part.iov_len = buffer.length;
	do {
		message.msg_namelen = sizeof(from);
		length = recvmsg(fd, &message, MSG_TRUNC | (wait ? 0 : MSG_DONTWAIT));
	} while (length < 0 ? errno == EINTR : from.nl_pid != 0);
	return length < 0 ? result_errno(env) : result(env, length);
}
