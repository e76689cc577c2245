// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "functions.h"

#define RUN_DIR "/run/netns"

static int path_argument(napi_env env, napi_value value, char *out, size_t size)
{
	size_t length;

	if (napi_get_value_string_utf8(env, value, out, size, &length) == napi_ok && length + 1 < size)
		return 0;
	napi_throw_type_error(env, NULL, ADDON_NAME ": expected a string shorter than a path may be");
	return -1;
}

/* currentNamespace(): a descriptor of the calling thread's network namespace. */
napi_value netns__current(napi_env env, napi_callback_info info)
{
	int fd = netns__open_current();

	(void)info;
	return result(env, fd < 0 ? fd : addon__own_fd(env, fd));
}

/* namespaceOfSocket(fd): a descriptor of the namespace that the socket is in; takes CAP_NET_ADMIN there. */
napi_value netns__of_socket(napi_env env, napi_callback_info info)
{
	napi_value argv[1];
	int fd, netns;

	if (args__get(env, info, 1, argv) || args__int(env, argv[0], &fd))
		return NULL;
	netns = ioctl(fd, SIOCGSKNS);
	if (netns < 0)
		return result_errno(env);
	return result(env, addon__own_fd(env, netns));
}

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* namespaceCookie(fd): the number that BPF programs know the namespace by, a bigint. Linux 5.14. */
napi_value netns__cookie(napi_env env, napi_callback_info info)
{
	int fd, saved, probe, error = 0;
	napi_value argv[1], answer;
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);

	if (args__get(env, info, 1, argv) || args__int(env, argv[0], &fd))
		return NULL;
	saved = netns__enter(fd);
	if (saved < 0)
		return result(env, saved);
	probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (probe < 0 || getsockopt(probe, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length))
		error = -errno;
	if (probe >= 0)
		close(probe);
	netns__leave(saved);
	if (error)
		return result(env, error);
	return napi_create_bigint_uint64(env, cookie, &answer) == napi_ok ? answer : NULL;
}

/* createNamespace(): a descriptor of a new, empty, unnamed namespace; the thread stays where it is. */
napi_value netns__create(napi_env env, napi_callback_info info)
{
	int saved = netns__open_current(), fd;

	(void)info;
	if (saved < 0)
		return result(env, saved);
	if (unshare(CLONE_NEWNET)) {
		fd = -errno;
		close(saved);
		return result(env, fd);
	}
	fd = netns__open_current();
	netns__leave(saved);
	return result(env, fd < 0 ? fd : addon__own_fd(env, fd));
}

/* openNamespace(path): a descriptor, or -EINVAL when the file is no network namespace. */
napi_value netns__open(napi_env env, napi_callback_info info)
{
	char path[PATH_MAX];
	napi_value argv[1];
	int fd;

	if (args__get(env, info, 1, argv) || path_argument(env, argv[0], path, sizeof(path)))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return result_errno(env);
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET) {
		close(fd);
		return result(env, -EINVAL);
	}
	return result(env, addon__own_fd(env, fd));
}

/*
 * runInNamespace(fd, function): calls it inside the namespace and gives its value back, or -errno when the
 * namespace cannot be entered. The thread returns before anything else runs on it, also after a throw.
 */
napi_value netns__run(napi_env env, napi_callback_info info)
{
	napi_value argv[2], global, value = NULL;
	int fd, saved;

	if (args__get(env, info, 2, argv) || args__int(env, argv[0], &fd) ||
	    napi_get_global(env, &global) != napi_ok)
		return NULL;
	saved = netns__enter(fd);
	if (saved < 0)
		return result(env, saved);
	if (napi_call_function(env, global, argv[1], 0, NULL, &value) != napi_ok)
		value = NULL;
	netns__leave(saved);
	return value;
}

/* As `ip netns` does: a shared mount of its own, so that names reach other mount namespaces, and leave them.
 */
static int share_run_dir(void)
{
	if (mkdir(RUN_DIR, 0755) && errno != EEXIST)
		return -errno;
	if (!mount("", RUN_DIR, "none", MS_SHARED | MS_REC, NULL))
		return 0;
	if (errno != EINVAL)
		return -errno;
	if (mount(RUN_DIR, RUN_DIR, "none", MS_BIND | MS_REC, NULL))
		return -errno;
	return mount("", RUN_DIR, "none", MS_SHARED | MS_REC, NULL) ? -errno : 0;
}

static int bind_name(int fd, const char *path)
{
	char source[64];
	int file = open(path, O_RDONLY | O_CLOEXEC | O_CREAT | O_EXCL, 0);

	if (file < 0)
		return -errno;
	close(file);
	snprintf(source, sizeof(source), "/proc/self/fd/%d", fd);
	if (mount(source, path, "none", MS_BIND, NULL)) {
		int error = -errno;

		unlink(path);
		return error;
	}
	return 0;
}

/* The directory is locked meanwhile: two processes that both bind it to itself would hide names. */
static int with_run_dir_locked(int fd, const char *path)
{
	int lock, error;

	if (mkdir(RUN_DIR, 0755) && errno != EEXIST)
		return -errno;
	lock = open(RUN_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0)
		return -errno;
	flock(lock, LOCK_EX);
	error = share_run_dir();
	if (!error)
		error = bind_name(fd, path);
	close(lock);
	return error;
}

/* nameNamespace(fd, path): what keeps the namespace alive without a descriptor. -EEXIST when taken. */
napi_value netns__name(napi_env env, napi_callback_info info)
{
	char path[PATH_MAX];
	napi_value argv[2];
	int fd;

	if (args__get(env, info, 2, argv) || args__int(env, argv[0], &fd) ||
	    path_argument(env, argv[1], path, sizeof(path)))
		return NULL;
	return result(env, with_run_dir_locked(fd, path));
}

/* unnameNamespace(path): the namespace ends when nobody else holds it. */
napi_value netns__unname(napi_env env, napi_callback_info info)
{
	char path[PATH_MAX];
	napi_value argv[1];

	if (args__get(env, info, 1, argv) || path_argument(env, argv[0], path, sizeof(path)))
		return NULL;
	if (umount2(path, MNT_DETACH) && errno != EINVAL)
		return result_errno(env);
	return unlink(path) ? result_errno(env) : result(env, 0);
}
