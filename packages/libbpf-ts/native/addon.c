/* SPDX-License-Identifier: Apache-2.0 */
/* What the addon offers: the doors to the kernel, libbpf's object loader, mappings, and the ring's consumer.
 */
#include "addon.h"

NAPI_MODULE_INIT()
{
	add_fds(env, exports);
	add_syscalls(env, exports);
	add_perf(env, exports);
	add_network(env, exports);
	add_mappings(env, exports);
	add_objects(env, exports);
	add_rings(env, exports);
	return exports;
}
