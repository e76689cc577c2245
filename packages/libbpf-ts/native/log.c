/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <bpf/libbpf.h>
#include "log.h"

static __thread struct log *current;

static int reserve(struct log *log, size_t more)
{
	size_t capacity = log->capacity ? log->capacity : 4096;
	char *text;

	while (capacity < log->length + more + 1)
		capacity *= 2;
	if (capacity == log->capacity)
		return 0;
	text = realloc(log->text, capacity);
	if (!text)
		return -1;
	log->text = text;
	log->capacity = capacity;
	return 0;
}

static int collect(enum libbpf_print_level level, const char *format, va_list arguments)
{
	va_list counted;
	int length;

	if (!current || level == LIBBPF_DEBUG)
		return 0;
	va_copy(counted, arguments);
	length = vsnprintf(NULL, 0, format, counted);
	va_end(counted);
	if (length <= 0 || reserve(current, length))
		return 0;
	vsnprintf(current->text + current->length, length + 1, format, arguments);
	current->length += length;
	return length;
}

void log_begin(struct log *log)
{
	current = log;
}

void log_end(void)
{
	current = NULL;
}

void log_free(struct log *log)
{
	free(log->text);
	*log = (struct log){};
}

void log_install(void)
{
	libbpf_set_print(collect);
}
