/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What becomes of a packet: also the index of its counter. */
#pragma once
#include "verdict_list.h"

#define VERDICT_ENUMERATOR(name, action, description) VERDICT_##name,

/* 0: the story goes on. */
enum verdict { VERDICT_GO_ON, VERDICTS(VERDICT_ENUMERATOR) VERDICT_COUNT };
