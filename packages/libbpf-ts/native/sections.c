/* SPDX-License-Identifier: Apache-2.0 */
/* Debian 12's libbpf, 1.1, does not know the section names that came with TCX, and refuses programs in them.
 */
#include <pthread.h>
#include "object.h"

/* enum bpf_attach_type; the headers of an older kernel lack them. */
enum { TCX_INGRESS = 46, TCX_EGRESS = 47 };

static void register_sections(void)
{
	static const struct {
		const char *name;
		int attach_type;
	} sections[] = {
		{"tcx/ingress", TCX_INGRESS},
		{"tcx/egress", TCX_EGRESS},
		{"tc/ingress", TCX_INGRESS},
		{"tc/egress", TCX_EGRESS},
	};

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		libbpf_register_prog_handler(sections[i].name, BPF_PROG_TYPE_SCHED_CLS,
					     (enum bpf_attach_type)sections[i].attach_type, NULL);
}

void know_sections(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, register_sections);
}
