/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

char chunk[CHUNK];

void fail(const char *what)
{
	perror(what);
	exit(1);
}

long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

struct sockaddr_in at(const char *address, int port)
{
	struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(port)};

	if (inet_pton(AF_INET, address, &there.sin_addr) != 1)
		fail(address);
	return there;
}

/* Each is far from the one before, so that all have their turn and no cache helps. */
struct sockaddr_in nth(const char *first, int addresses, int port, unsigned int n)
{
	struct sockaddr_in there = at(first, port);

	there.sin_addr.s_addr = htonl(ntohl(there.sin_addr.s_addr) + n * 7919 % addresses);
	return there;
}

int fresh(int patience_ms)
{
	struct timeval patience = {.tv_sec = patience_ms / 1000, .tv_usec = patience_ms % 1000 * 1000};
	struct linger reset = {1, 0};
	int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(s, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return s;
}

int reach(const struct sockaddr_in *there, char purpose)
{
	int s = fresh(PATIENCE_MS);

	if (connect(s, (const void *)there, sizeof(*there)) || send(s, &purpose, 1, MSG_NOSIGNAL) != 1)
		fail(inet_ntoa(there->sin_addr));
	return s;
}

static int by_value(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

void sort(long long *samples, long long count)
{
	qsort(samples, count, sizeof(*samples), by_value);
}
