/* SPDX-License-Identifier: Apache-2.0 */
/* What connections cost while nothing changes. */
#include "load.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

void time_connects(const char *first, int addresses, int port, int times)
{
	static unsigned int next;
	long long *samples = calloc(times, sizeof(*samples));

	for (int i = 0; i < times; i++) {
		struct sockaddr_in there = nth(first, addresses, port, next++);
		int s = fresh(PATIENCE_MS);

		samples[i] = now();
		if (connect(s, (void *)&there, sizeof(there)))
			fail(inet_ntoa(there.sin_addr));
		samples[i] = now() - samples[i];
		close(s);
	}
	sort(samples, times);
	printf("%lld %lld\n", samples[times / 2], samples[times * 99 / 100]);
	free(samples);
}

void count_requests(const char *address, int port, long long ms)
{
	struct sockaddr_in there = at(address, port);
	int s = reach(&there, 'e');
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

void count_bytes(const char *address, int port, long long ms)
{
	struct sockaddr_in there = at(address, port);
	int s = reach(&there, 's');
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
