/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* How a frame leaves where devices are above others: see hook.h. */
#pragma once
#ifdef HOOK_TC
#include "leave_tc.h"
#else
#include "leave_xdp.h"
#endif
