/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Which device a frame belongs to, and by which it leaves: see include/maps/layers.h. */
#pragma once
#include <linux/if_ether.h>
#include "hash.h"
#include "pulse.h"
#include "vlan.h"

static __always_inline _Bool is_same_tag(struct layer_tag a, struct layer_tag b)
{
	return a.protocol == b.protocol && a.id == b.id;
}

static __always_inline __u32 line_of_layer(__u32 device, struct layer_tag tag)
{
	__u64 word = tag.protocol | (__u32)tag.id << 16;

	return fmix64(device | word << 32) & (LAYER_LINES - 1);
}

/* NULL: frames of this tag belong to the port itself. */
static __always_inline const struct arrival *find_arrival(__u32 port, struct layer_tag tag)
{
	__u32 place = line_of_layer(port, tag);
	const struct arrival_line *line = bpf_map_lookup_elem(&arrivals, &place);

	if (!line)
		return 0;
#pragma unroll
	for (int i = 0; i < LAYERS_IN_LINE; i++)
		if (line->arrivals[i].port == port && is_same_tag(line->arrivals[i].tag, tag))
			return &line->arrivals[i];
	return 0;
}

/* NULL: frames leave by the device itself, as they are. */
static __always_inline const struct departure *find_departure(__u32 device)
{
	__u32 place = line_of_layer(device, (struct layer_tag){});
	const struct departure_line *line = bpf_map_lookup_elem(&departures, &place);

	if (!line)
		return 0;
#pragma unroll
	for (int i = 0; i < LAYERS_IN_LINE; i++)
		if (line->departures[i].device == device)
			return &line->departures[i];
	return 0;
}

/* The device that routes know a frame's arrival by. */
static __always_inline __u32 device_above(__u32 port, struct layer_tag tag)
{
	const struct arrival *arrival = is_on(SWITCH_LAYERED) ? find_arrival(port, tag) : 0;

	return arrival ? arrival->device : port;
}
