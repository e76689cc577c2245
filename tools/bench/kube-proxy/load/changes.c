/* SPDX-License-Identifier: Apache-2.0 */
/* What connections meet while somebody changes where they go. */
#include "load.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HELD    50
#define SAMPLES (1 << 17)
/* Where nobody serves an address yet, nothing answers; then it is tried again. */
#define TRY_MS 300

static _Bool is_told(void)
{
	struct pollfd input = {.fd = 0, .events = POLLIN};

	return poll(&input, 1, 1) > 0;
}

/* 50 connections that are held, and asked in turn; new ones to each address in turn, a thousand a second at
 * most: until a line comes. */
void go_through(const char *first, int addresses, int port)
{
	static long long samples[SAMPLES];
	long long count = 0, failed = 0, broken = 0, began;
	int held[HELD], s;
	char line[64];

	for (int i = 0; i < HELD; i++) {
		struct sockaddr_in there = nth(first, addresses, port, i);

		held[i] = reach(&there, 'e');
	}
	while (!is_told() && count < SAMPLES) {
		struct sockaddr_in there = nth(first, addresses, port, count);
		int *one = &held[count % HELD];

		s = fresh(PATIENCE_MS);
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
	sort(samples, count);
	printf("%lld %lld %d %lld %lld %lld\n", count, failed, HELD, broken, samples[count * 99 / 100],
	       samples[count - 1]);
}

/* Whether a connection gets there; -1: it fails. */
static int reaches(struct sockaddr_in *service, in_addr_t wanted)
{
	in_addr_t backend = 0;
	int s = fresh(TRY_MS), ok;

	ok = !connect(s, (void *)service, sizeof(*service)) && send(s, "w", 1, MSG_NOSIGNAL) == 1 &&
	     recv(s, &backend, 4, MSG_WAITALL) == 4;
	close(s);
	return ok ? backend == wanted : -1;
}

void wait_until(const char *address, int port, const char *backend, long long ms)
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
