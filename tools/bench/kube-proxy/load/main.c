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
#include "load.h"

#include <stdio.h>
#include <stdlib.h>

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
