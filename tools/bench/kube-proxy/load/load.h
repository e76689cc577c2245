/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOAD_H
#define LOAD_H

#include <netinet/in.h>

#define CHUNK 65536
#define MILLI 1000000LL

/* Longer than a lost SYN takes to be sent again, and than a loaded machine keeps anybody waiting. */
#define PATIENCE_MS 3000

/* What comes and goes; nobody looks at it. */
extern char chunk[CHUNK];

/* sockets.c */

void fail(const char *what) __attribute__((noreturn));
/* Nanoseconds since boot. */
long long now(void);
struct sockaddr_in at(const char *address, int port);
/* The nth of some addresses that follow each other. */
struct sockaddr_in nth(const char *first, int addresses, int port, unsigned int n);
/* A socket that a reset ends, so that no port stays taken. It waits so long for anything. */
int fresh(int patience_ms);
int reach(const struct sockaddr_in *there, char purpose);
/* Sorts in place. */
void sort(long long *samples, long long count);

/* One function for each line that main.c reads, and one for the server. */

void serve(int port) __attribute__((noreturn));
void time_connects(const char *first, int addresses, int port, int times);
void count_requests(const char *address, int port, long long ms);
void count_bytes(const char *address, int port, long long ms);
void go_through(const char *first, int addresses, int port);
void wait_until(const char *address, int port, const char *backend, long long ms);

#endif
