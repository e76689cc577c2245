/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For a test: lb_tc with a route lookup that is told its answer. */
#include "told_route.h"
#include "../lb_tc.bpf.c"
