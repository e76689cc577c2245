/* SPDX-License-Identifier: Apache-2.0 */
/* libbpf's messages, the verifier's log among them, kept for the caller: nothing is ever printed. */
#pragma once
#include <stddef.h>

struct log {
	char *text;
	size_t length;
	size_t capacity;
};

/* Messages of this thread go to `log` until log_end(); without a log they are dropped. */
void log_begin(struct log *log);
void log_end(void);
void log_free(struct log *log);
/* Once per process, before libbpf's first message. */
void log_install(void);
