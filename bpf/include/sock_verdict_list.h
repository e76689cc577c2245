/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The outcomes of socket load balancing: name, action, description. Each call of a hook has exactly one.
 * Numbers are counter indexes, so new ones go to the end.
 *
 * PASS_: as it was asked for. CONNECT_, SEND_: to a backend. NAME_: shown as the service. REFUSE_: the system
 * call fails.
 */
#pragma once

/* clang-format off */
#define SOCK_VERDICTS(verdict) \
	verdict(PASS_PROTOCOL, PASS, "neither TCP nor UDP") \
	verdict(PASS_FOREIGN, PASS, "not to a service") \
	verdict(PASS_POD, PASS, "a pod's socket, and only the host's are translated here") \
	verdict(PASS_LEFT_ALONE, PASS, "its namespace or cgroup is left alone") \
	verdict(PASS_NAME, PASS, "its peer is no backend that it reached by a service") \
	verdict(PASS_BIND, PASS, "bound to what shadows no service") \
	verdict(CONNECT_TO_BACKEND, PASS, "connected to a backend") \
	verdict(CONNECT_TO_SAME, PASS, "connected to the backend that its client had before (affinity)") \
	verdict(SEND_TO_BACKEND, PASS, "datagram to a service, sent to a backend that was chosen for its socket") \
	verdict(SEND_TO_SAME, PASS, "datagram to a service, sent to the backend of the ones before it") \
	verdict(NAME_SERVICE, PASS, "a backend, named as the service that it was reached by") \
	verdict(REFUSE_NO_BACKEND, REFUSE, "the service has no backend") \
	verdict(REFUSE_NO_LOCAL_BACKEND, REFUSE, "the service has no backend that its traffic policy allows here") \
	verdict(REFUSE_NO_SERVICE, REFUSE, "the frontend leads to a service that does not exist") \
	verdict(REFUSE_NO_ENTRY, REFUSE, "the service leads to a backend that does not exist") \
	verdict(REFUSE_NOT_REMEMBERED, REFUSE, "no memory to note whose name a backend's answers carry") \
	verdict(REFUSE_BIND, REFUSE, "bound to what would shadow a NodePort or an external address")
/* clang-format on */
