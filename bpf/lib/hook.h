/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Where the story is told: at XDP, on a frame as it came, or at tc, on the kernel's packet, which may be in
 * pieces, be many packets in one, have its outermost tag beside it and a checksum that the card is still to
 * compute. What differs stands in one file for each, under the same names. A program at tc says so before it
 * includes anything.
 */
#pragma once
#ifdef HOOK_TC
#include "hook_tc.h"
#else
#include "hook_xdp.h"
#endif
