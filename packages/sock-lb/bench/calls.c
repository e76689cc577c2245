/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times single system calls, which a runtime's own cost would hide.
 *   calls serve <port>   accepts and answers, TCP and UDP, until it is killed
 *   calls                reads lines "tcp|udp <address> <port> <times>", answers each with the median in
 * nanoseconds
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void serve_tcp(struct sockaddr_in at)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0), connection;

	if (bind(listener, (void *)&at, sizeof(at)) || listen(listener, 4096))
		fail("listen");
	puts("ready");
	fflush(stdout);
	for (;;) {
		connection = accept(listener, NULL, NULL);
		if (connection >= 0)
			close(connection);
	}
}

static void serve_udp(struct sockaddr_in at)
{
	int server = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in from;
	char buffer[64];

	if (bind(server, (void *)&at, sizeof(at)))
		fail("bind");
	for (;;) {
		socklen_t length = sizeof(from);
		ssize_t got = recvfrom(server, buffer, sizeof(buffer), 0, (void *)&from, &length);

		if (got >= 0)
			sendto(server, buffer, got, 0, (void *)&from, length);
	}
}

/* One connect; a reset ends it, so that no port stays taken. */
static long long time_tcp(const struct sockaddr_in *to)
{
	struct linger reset = {1, 0};
	int s = socket(AF_INET, SOCK_STREAM, 0);
	long long began;

	setsockopt(s, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	began = now();
	if (connect(s, (const void *)to, sizeof(*to)))
		fail("connect");
	began = now() - began;
	close(s);
	return began;
}

/* One question of a socket that is not connected, and its answer. */
static long long time_udp(int s, const struct sockaddr_in *to)
{
	struct sockaddr_in from;
	socklen_t length = sizeof(from);
	char buffer[64] = "question";
	long long began;

	began = now();
	if (sendto(s, buffer, 16, 0, (const void *)to, sizeof(*to)) < 0 ||
	    recvfrom(s, buffer, sizeof(buffer), 0, (void *)&from, &length) < 0)
		fail("question");
	began = now() - began;
	if (from.sin_addr.s_addr != to->sin_addr.s_addr || from.sin_port != to->sin_port)
		fail("an answer from somebody else");
	return began;
}

static int by_value(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static void answer(const char *kind, const char *address, int port, int times)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	long long *samples = calloc(times, sizeof(*samples));
	int datagrams = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, address, &to.sin_addr);
	for (int i = 0; i < times; i++)
		samples[i] = strcmp(kind, "udp") ? time_tcp(&to) : time_udp(datagrams, &to);
	qsort(samples, times, sizeof(*samples), by_value);
	printf("%lld\n", samples[times / 2]);
	fflush(stdout);
	free(samples);
	close(datagrams);
}

int main(int argc, char **argv)
{
	char kind[8], address[64];
	int port, times;

	if (argc == 3) {
		struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};

		if (fork())
			serve_tcp(at);
		serve_udp(at);
	}
	while (scanf("%7s %63s %d %d", kind, address, &port, &times) == 4)
		answer(kind, address, port, times);
	return 0;
}
