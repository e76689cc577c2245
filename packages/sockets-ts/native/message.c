// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include "functions.h"

/* send(fd, bytes, sockaddr, control): an empty sockaddr or control is none. The number of bytes sent. */
napi_value message__send(napi_env env, napi_callback_info info)
{
	struct bytes data, to, control;
	struct iovec part;
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	napi_value argv[4];
	ssize_t sent;
	int fd;

	if (args__get(env, info, 4, argv) || args__int(env, argv[0], &fd) ||
	    args__bytes(env, argv[1], &data) || args__bytes(env, argv[2], &to) ||
	    args__bytes(env, argv[3], &control))
		return NULL;
	part.iov_base = data.data;
	part.iov_len = data.length;
	message.msg_name = to.length ? to.data : NULL;
	message.msg_namelen = to.length;
	message.msg_control = control.length ? control.data : NULL;
	message.msg_controllen = control.length;
	do {
		sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? result_errno(env) : result(env, sent);
}

/*
 * receive(fd, buffer, sockaddr, control, lengths): the datagram's length; when it is more than the buffer
 * holds, its end is lost. lengths[0] and lengths[1] tell how much of sockaddr and control is filled.
 * -EAGAIN when nothing is there.
 */
napi_value message__receive(napi_env env, napi_callback_info info)
{
	struct bytes data, from, control, lengths;
	struct iovec part;
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	napi_value argv[5];
	ssize_t length;
	int fd;

	if (args__get(env, info, 5, argv) || args__int(env, argv[0], &fd) ||
	    args__bytes(env, argv[1], &data) || args__bytes(env, argv[2], &from) ||
	    args__bytes(env, argv[3], &control) || args__bytes(env, argv[4], &lengths))
		return NULL;
	if (lengths.length < 2 || from.length > UINT8_MAX || control.length > UINT8_MAX)
		return result(env, -EINVAL);
	part.iov_base = data.data;
	part.iov_len = data.length;
	do {
		message.msg_name = from.data;
		message.msg_namelen = from.length;
		message.msg_control = control.data;
		message.msg_controllen = control.length;
		length = recvmsg(fd, &message, MSG_DONTWAIT | MSG_TRUNC);
	} while (length < 0 && errno == EINTR);
	if (length < 0)
		return result_errno(env);
	lengths.data[0] = message.msg_namelen < from.length ? message.msg_namelen : from.length;
	lengths.data[1] = message.msg_controllen;
	return result(env, length);
}
