/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The consumer of a BPF ring buffer. A drain copies committed records, each behind its 8-byte header, into
 * an array of the caller's and gives the ring's space back at once. Waiting is one-shot, on the event loop.
 *
 * A ring lives until its JavaScript handle is gone and libuv has let go of it, in whichever order; the
 * asynchronous clean-up hook covers worker.terminate() and process.exit().
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <uv.h>
#include <linux/bpf.h>
#include "addon.h"

static const napi_type_tag ring_tag = {0x6c69626270662d74, 0x72696e672d310000};

struct ring {
	napi_env env;
	int fd;
	size_t page;
	size_t size;
	unsigned long *consumer;
	const unsigned long *producer; /* its page, then the data twice over, so that no record wraps */
	const char *data;
	uv_poll_t poll;
	bool polled; /* `poll` is initialised */
	bool closed;
	int references;
	napi_ref callback;
	napi_async_cleanup_hook_handle hook;
};

static void ring_put(struct ring *ring)
{
	if (--ring->references == 0)
		free(ring);
}

static void forget_callback(struct ring *ring)
{
	if (ring->callback)
		napi_delete_reference(ring->env, ring->callback);
	ring->callback = NULL;
}

static void poll_closed(uv_handle_t *handle)
{
	struct ring *ring = handle->data;

	close(ring->fd);
	if (ring->hook)
		napi_remove_async_cleanup_hook(ring->hook);
	ring_put(ring);
}

static void ring_close(struct ring *ring)
{
	if (ring->closed)
		return;
	ring->closed = true;
	forget_callback(ring);
	munmap(ring->consumer, ring->page);
	munmap((void *)ring->producer, ring->page + 2 * ring->size);
	if (ring->polled)
		uv_close((uv_handle_t *)&ring->poll, poll_closed);
	else
		close(ring->fd);
}

static void environment_ends(napi_async_cleanup_hook_handle hook, void *data)
{
	(void)hook;
	ring_close(data);
}

static void finalize(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	ring_close(data);
	ring_put(data);
}

static int ring_map(struct ring *ring)
{
	void *tail;

	ring->consumer = mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
	if (ring->consumer == MAP_FAILED)
		return -errno;
	tail = mmap(NULL, ring->page + 2 * ring->size, PROT_READ, MAP_SHARED, ring->fd, ring->page);
	if (tail == MAP_FAILED) {
		int error = -errno;

		munmap(ring->consumer, ring->page);
		return error;
	}
	ring->producer = tail;
	ring->data = (const char *)tail + ring->page;
	return 0;
}

/* ringOpen(map fd, size in bytes) → a handle, or a negative errno. The fd stays the caller's. */
static napi_value ring_open(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	int64_t fd = call_integer(&call, 0), size = call_integer(&call, 1);
	struct ring *ring = call.bad ? NULL : calloc(1, sizeof(*ring));
	int error;

	if (!ring)
		return NULL;
	*ring = (struct ring){.env = env, .size = size, .page = sysconf(_SC_PAGESIZE), .references = 1};
	ring->fd = fcntl((int)fd, F_DUPFD_CLOEXEC, 0);
	error = ring->fd < 0 ? -errno : ring_map(ring);
	if (!error)
		return answer_external(env, ring, finalize, &ring_tag);
	if (ring->fd >= 0)
		close(ring->fd);
	free(ring);
	return answer_integer(env, error);
}

static struct ring *open_ring(struct call *call)
{
	struct ring *ring = call_external(call, 0, &ring_tag);

	return ring && !ring->closed ? ring : NULL;
}

struct drained {
	uint32_t records;
	uint32_t discarded;
};

static size_t record_size(uint32_t header)
{
	size_t length = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

	return (length + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
}

static int64_t drain(struct ring *ring, struct bytes arena, struct drained *drained)
{
	unsigned long consumed = __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE);
	unsigned long produced = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	size_t used = 0;

	while (consumed < produced) {
		const char *record = ring->data + (consumed & (ring->size - 1));
		uint32_t header = __atomic_load_n((const uint32_t *)record, __ATOMIC_ACQUIRE);
		size_t size = record_size(header);

		if (header & BPF_RINGBUF_BUSY_BIT)
			break;
		if (header & BPF_RINGBUF_DISCARD_BIT) {
			drained->discarded++;
		} else if (size <= arena.size - used) {
			memcpy((char *)arena.data + used, record, size);
			used += size;
			drained->records++;
		} else {
			if (!used)
				return -EMSGSIZE;
			break;
		}
		consumed += size;
		__atomic_store_n(ring->consumer, consumed, __ATOMIC_RELEASE);
	}
	return used;
}

/* ringDrain(ring, arena, counts) → bytes used of the arena; counts: two u32, records and discarded records */
static napi_value ring_drain(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct ring *ring = open_ring(&call);
	struct bytes arena = call_bytes(&call, 1), counts = call_bytes(&call, 2);
	struct drained drained = {};
	int64_t used;

	if (call.bad)
		return NULL;
	if (!ring || counts.size != sizeof(drained))
		return answer_integer(env, -EBADF);
	used = drain(ring, arena, &drained);
	memcpy(counts.data, &drained, sizeof(drained));
	return answer_integer(env, used);
}

/* ringFill(ring) → bytes that wait in the ring */
static napi_value ring_fill(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct ring *ring = open_ring(&call);

	if (call.bad)
		return NULL;
	if (!ring)
		return answer_integer(env, -EBADF);
	return answer_integer(env, __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE) -
					   __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE));
}

static void readable(uv_poll_t *poll, int status, int events)
{
	struct ring *ring = poll->data;
	napi_value function = NULL, global, argument;
	napi_handle_scope scope;

	(void)events;
	uv_poll_stop(poll);
	if (napi_open_handle_scope(ring->env, &scope) != napi_ok)
		return;
	napi_get_reference_value(ring->env, ring->callback, &function);
	forget_callback(ring);
	napi_get_global(ring->env, &global);
	argument = answer_integer(ring->env, status);
	if (function)
		napi_make_callback(ring->env, NULL, global, function, 1, &argument, NULL);
	napi_close_handle_scope(ring->env, scope);
}

static int start_poll(struct ring *ring)
{
	uv_loop_t *loop;
	int error;

	if (!ring->polled) {
		napi_get_uv_event_loop(ring->env, &loop);
		error = uv_poll_init(loop, &ring->poll, ring->fd);
		if (error)
			return error;
		ring->poll.data = ring;
		ring->polled = true;
		ring->references++;
		napi_add_async_cleanup_hook(ring->env, environment_ends, ring, &ring->hook);
	}
	return uv_poll_start(&ring->poll, UV_READABLE, readable);
}

/* ringWait(ring, callback): calls back once, when there is something to drain. */
static napi_value ring_wait(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct ring *ring = open_ring(&call);
	int error;

	if (call.bad)
		return NULL;
	if (!ring || call.argc < 2)
		return answer_integer(env, -EBADF);
	forget_callback(ring);
	napi_create_reference(env, call.argv[1], 1, &ring->callback);
	error = start_poll(ring);
	if (error)
		forget_callback(ring);
	return answer_integer(env, error);
}

/* ringStop(ring): takes a wait back. */
static napi_value ring_stop(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct ring *ring = open_ring(&call);

	if (call.bad || !ring)
		return NULL;
	if (ring->polled)
		uv_poll_stop(&ring->poll);
	forget_callback(ring);
	return NULL;
}

static napi_value ring_end(napi_env env, napi_callback_info info)
{
	struct call call = call_begin(env, info);
	struct ring *ring = open_ring(&call);

	if (!call.bad && ring)
		ring_close(ring);
	(void)env;
	return NULL;
}

void add_rings(napi_env env, napi_value exports)
{
	static const struct method methods[] = {
		{"ringOpen", ring_open},
		{"ringDrain", ring_drain},
		{"ringFill", ring_fill},
		{"ringWait", ring_wait},
		{"ringStop", ring_stop},
		{"ringClose", ring_end},
		{},
	};

	add_methods(env, exports, methods);
}
