/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The outcomes at a pod's device: name, action, description. Each packet has exactly one. Numbers are counter
 * indexes, so new ones go to the end.
 *
 * PASS_: as it is. TO_, FROM_: translated. REFUSE_: the pod is told why. DROP_: gone. BACK: to the pod
 * itself.
 */
#pragma once

/* clang-format off */
#define POD_VERDICTS(verdict) \
	verdict(PASS_OTHER, PASS, "neither TCP nor UDP nor an ICMP error about them, or cut short") \
	verdict(PASS_FOREIGN, PASS, "from the pod, to no service") \
	verdict(PASS_ARRIVAL, PASS, "to the pod, of no connection to a service") \
	verdict(TO_BACKEND, PASS, "to a service, sent to its backend") \
	verdict(TO_ITSELF, BACK, "to a service whose backend the pod is itself, or from there: given back to it") \
	verdict(TO_OTHER_PORT, PASS, "to a backend by its own name, from a port that the pod reaches it by a service from: from another") \
	verdict(FROM_SERVICE, PASS, "to the pod, from a backend: as the service's") \
	verdict(REFUSE_NO_BACKEND, BACK, "the service has no backend: reset, or port unreachable") \
	verdict(REFUSE_NO_LOCAL_BACKEND, BACK, "the service has no backend that its traffic policy allows here: host unreachable") \
	verdict(DROP_NO_SERVICE, DROP, "the frontend leads to a service, or a backend, that does not exist") \
	verdict(DROP_RESET, DROP, "a reset of a connection to a service that is not known") \
	verdict(DROP_NO_PORT, DROP, "no port to the backend is free that was tried") \
	verdict(DROP_NO_MEMORY, DROP, "the kernel had no memory to note the connection") \
	verdict(DROP_NOT_WRITTEN, DROP, "the kernel could not write into the packet") \
	verdict(DROP_UNTOLD, DROP, "the service has no backend, and what came is no packet that is told so: options, fragments, tags")
/* clang-format on */
