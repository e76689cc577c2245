/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Load whose own cost hides nothing.
 *
 * load serve <port>: one thread for all connections. A connection's first byte says what it is for: 'w', who
 * answers (four bytes of address); 'e', what comes goes back; 's', what comes is dropped.
 *
 * load: reads a line for each measurement, and answers with one.
 *
 * connect <first address> <addresses> <port> <times>: nanoseconds, median and 99th percentile, over all.
 *
 * requests <address> <port> <milliseconds>: one byte there and back, a second.
 *
 * bytes <address> <port> <milliseconds>: a second.
 *
 * until <address> <port> <backend> <milliseconds>: when the first connection began that reached the backend,
 * in nanoseconds since boot, and how many failed before.
 *
 * through <first address> <addresses> <port>: connections until the next line comes. How many, how many of
 * them failed; how many are held, how many of them broke; nanoseconds of a connect, 99th percentile and
 * worst.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CHUNK       65536
#define CONNECTIONS 65536
#define MILLI       1000000LL

static char chunk[CHUNK];

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

static struct sockaddr_in at(const char *address, int port)
{
	struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(port)};

	if (inet_pton(AF_INET, address, &there.sin_addr) != 1)
		fail(address);
	return there;
}

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

static void serve(int port)
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

/* A socket that a reset ends, so that no port stays taken. */
static int fresh(void)
{
	struct timeval patience = {.tv_usec = 300000};
	struct linger reset = {1, 0};
	int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(s, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return s;
}

static int reach(const char *address, int port, char purpose)
{
	struct sockaddr_in there = at(address, port);
	int s = fresh();

	if (connect(s, (void *)&there, sizeof(there)) || send(s, &purpose, 1, MSG_NOSIGNAL) != 1)
		fail(address);
	return s;
}

static int by_value(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static void time_connects(const char *first, int addresses, int port, int times)
{
	/* As far from the last one as can be, so that each has its turn. */
	static unsigned int next;
	long long *samples = calloc(times, sizeof(*samples));

	for (int i = 0; i < times; i++) {
		struct sockaddr_in there = at(first, port);
		int s = fresh();

		next += 7919;
		there.sin_addr.s_addr = htonl(ntohl(there.sin_addr.s_addr) + next % addresses);
		samples[i] = now();
		if (connect(s, (void *)&there, sizeof(there)))
			fail(inet_ntoa(there.sin_addr));
		samples[i] = now() - samples[i];
		close(s);
	}
	qsort(samples, times, sizeof(*samples), by_value);
	printf("%lld %lld\n", samples[times / 2], samples[times * 99 / 100]);
	free(samples);
}

static void count_requests(const char *address, int port, long long ms)
{
	int s = reach(address, port, 'e');
	long long began = now(), took, count = 0;

	do {
		if (send(s, "?", 1, MSG_NOSIGNAL) != 1 || recv(s, chunk, 1, 0) != 1)
			fail("request");
		count++;
		took = now() - began;
	} while (took < ms * MILLI);
	printf("%f\n", count * 1e9 / took);
	close(s);
}

static void count_bytes(const char *address, int port, long long ms)
{
	int s = reach(address, port, 's');
	long long began = now(), took, count = 0;
	ssize_t sent;

	do {
		sent = send(s, chunk, CHUNK, MSG_NOSIGNAL);
		if (sent <= 0)
			fail("bytes");
		count += sent;
		took = now() - began;
	} while (took < ms * MILLI);
	printf("%f\n", count * 1e9 / took);
	close(s);
}

#define HELD    50
#define SAMPLES (1 << 17)

static _Bool is_told(void)
{
	struct pollfd input = {.fd = 0, .events = POLLIN};

	return poll(&input, 1, 1) > 0;
}

/* 50 connections that are held, and asked in turn; new ones to each address in turn, a thousand a second at
 * most: until a line comes. */
static void go_through(const char *first, int addresses, int port)
{
	static long long samples[SAMPLES];
	long long count = 0, failed = 0, broken = 0, began;
	int held[HELD], s;
	char line[64];

	for (int i = 0; i < HELD; i++) {
		struct sockaddr_in there = at(first, port);

		there.sin_addr.s_addr = htonl(ntohl(there.sin_addr.s_addr) + i * 7919 % addresses);
		held[i] = reach(inet_ntoa(there.sin_addr), port, 'e');
	}
	while (!is_told() && count < SAMPLES) {
		struct sockaddr_in there = at(first, port);
		int *one = &held[count % HELD];

		there.sin_addr.s_addr = htonl(ntohl(there.sin_addr.s_addr) + count * 7919 % addresses);
		s = fresh();
		began = now();
		failed += connect(s, (void *)&there, sizeof(there)) != 0;
		samples[count++] = now() - began;
		close(s);
		if (*one >= 0 && (send(*one, "?", 1, MSG_NOSIGNAL) != 1 || recv(*one, chunk, 1, 0) != 1)) {
			broken++;
			close(*one);
			*one = -1;
		}
	}
	if (!fgets(line, sizeof(line), stdin))
		fail("end");
	for (int i = 0; i < HELD; i++)
		if (held[i] >= 0)
			close(held[i]);
	qsort(samples, count, sizeof(*samples), by_value);
	printf("%lld %lld %d %lld %lld %lld\n", count, failed, HELD, broken, samples[count * 99 / 100],
	       samples[count - 1]);
}

/* Whether a connection gets there; -1: it fails. */
static int reaches(struct sockaddr_in *service, in_addr_t wanted)
{
	in_addr_t backend = 0;
	int s = fresh(), ok;

	ok = !connect(s, (void *)service, sizeof(*service)) && send(s, "w", 1, MSG_NOSIGNAL) == 1 &&
	     recv(s, &backend, 4, MSG_WAITALL) == 4;
	close(s);
	return ok ? backend == wanted : -1;
}

static void wait_until(const char *address, int port, const char *backend, long long ms)
{
	struct timespec pause = {.tv_nsec = 100000};
	struct sockaddr_in service = at(address, port);
	in_addr_t wanted = at(backend, 0).sin_addr.s_addr;
	long long began, deadline = now() + ms * MILLI, failed = 0;
	int got;

	do {
		began = now();
		got = reaches(&service, wanted);
		if (got == 1) {
			printf("%lld %lld\n", began, failed);
			return;
		}
		failed += got < 0;
		nanosleep(&pause, NULL);
	} while (began < deadline);
	fprintf(stderr, "%s:%d does not lead to %s\n", address, port, backend);
	exit(1);
}

int main(int argc, char **argv)
{
	char line[256], first[64], second[64];
	int a, b, c;

	if (argc == 3)
		serve(atoi(argv[2]));
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "connect %63s %d %d %d", first, &a, &b, &c) == 4)
			time_connects(first, a, b, c);
		else if (sscanf(line, "requests %63s %d %d", first, &a, &b) == 3)
			count_requests(first, a, b);
		else if (sscanf(line, "bytes %63s %d %d", first, &a, &b) == 3)
			count_bytes(first, a, b);
		else if (sscanf(line, "through %63s %d %d", first, &a, &b) == 3)
			go_through(first, a, b);
		else if (sscanf(line, "until %63s %d %63s %d", first, &a, second, &b) == 4)
			wait_until(first, a, second, b);
		else
			fail(line);
		fflush(stdout);
	}
	return 0;
}
