// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>
#include "addon.h"

int netns__open_current(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int netns__enter(int fd)
{
	int saved = netns__open_current();

	if (saved < 0)
		return saved;
	if (setns(fd, CLONE_NEWNET)) {
		int error = -errno;

		close(saved);
		return error;
	}
	return saved;
}

void netns__leave(int saved)
{
	if (setns(saved, CLONE_NEWNET))
		napi_fatal_error(ADDON_NAME, NAPI_AUTO_LENGTH,
				 "this thread cannot return to its network namespace", NAPI_AUTO_LENGTH);
	close(saved);
}
