/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 65536

/* What a connection is for, by its number. */
static char purposes[CONNECTIONS];

static void who(int connection)
{
	struct sockaddr_in own;
	socklen_t length = sizeof(own);

	if (!getsockname(connection, (void *)&own, &length))
		send(connection, &own.sin_addr, 4, MSG_NOSIGNAL);
}

static void serve_some(int connection)
{
	char *purpose = &purposes[connection];
	ssize_t got;

	if (!*purpose) {
		got = recv(connection, purpose, 1, 0);
		if (got == 1 && *purpose == 'w')
			who(connection);
	} else {
		got = recv(connection, chunk, CHUNK, *purpose == 's' ? MSG_TRUNC : 0);
		if (got > 0 && *purpose == 'e')
			send(connection, chunk, got, MSG_NOSIGNAL);
	}
	if (got <= 0)
		close(connection);
}

void serve(int port)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0), queue = epoll_create1(0), one = 1, count;
	struct sockaddr_in here = at("0.0.0.0", port);
	struct epoll_event event = {.events = EPOLLIN}, ready[64];

	event.data.fd = listener;
	if (bind(listener, (void *)&here, sizeof(here)) || listen(listener, 4096) ||
	    epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event))
		fail("listen");
	puts("ready");
	fflush(stdout);
	for (;;) {
		count = epoll_wait(queue, ready, 64, -1);
		for (int i = 0; i < count; i++) {
			if (ready[i].data.fd != listener) {
				serve_some(ready[i].data.fd);
				continue;
			}
			event.data.fd = accept(listener, NULL, NULL);
			if (event.data.fd < 0 || event.data.fd >= CONNECTIONS)
				continue;
			purposes[event.data.fd] = 0;
			setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
			epoll_ctl(queue, EPOLL_CTL_ADD, event.data.fd, &event);
		}
	}
}
