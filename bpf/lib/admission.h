/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * May this client reach this service? Only services with ranges or a limit ask: see include/maps/admission.h.
 *
 * Ranges are asked for every packet, so that a list that changes holds at once. A limit is asked for what
 * opens a connection: with source NAT where an entry would be made; with direct return, where nothing is
 * known of connections, for TCP SYNs, QUIC's Initial packets and every other UDP datagram.
 */
#pragma once
#include "hash.h"
#include "intent.h"
#include "scratch.h"
#include "swap.h"

#define RANGE_LOG2_MAX 26
#define RATE_ATTEMPTS  4

/* high and low: the client, as bounds have it. */
struct admission {
	__u64 high;
	__u64 low;
	__u64 limit;
	__u64 hash;
	__u64 word;
	__u32 ranges;
	__u32 line; /* kept here, so that the verifier does not follow each value; so are word and place */
	__u32 place;
	__u32 time;
	__u32 tag;
	__u32 service;
	__u16 generation;
	__u16 pad[3];
};

SCRATCH(this_admission, struct admission)

static __always_inline _Bool reaches(const struct admission *asked, const struct range_bound *bound)
{
	return asked->high > bound->high || (asked->high == bound->high && asked->low >= bound->low);
}

static __always_inline struct range_line *range_line_at(__u32 list, __u32 line)
{
	__u32 index = (list >> RING_LOG2_BITS) + line;

	return bpf_map_lookup_elem(&ranges, &index);
}

/* By halves to the last line whose first bound is not above the address; then its bounds are counted. */
__noinline int is_in_ranges(void)
{
	struct admission *asked = this_admission();
	struct range_line *line;
	__u32 step, ahead;
	int passed = 0;

	if (!asked || !asked->ranges)
		return 0;
	step = 1U << ((asked->ranges & RING_LOG2_MASK) - 1);
	asked->line = 0;
	for (int i = 0; i < RANGE_LOG2_MAX; i++) {
		step >>= 1;
		if (!step)
			break;
		ahead = *(volatile __u32 *)&asked->line | step;
		line = range_line_at(asked->ranges, ahead);
		if (!line)
			return 0;
		if (reaches(asked, &line->bounds[0]))
			asked->line = ahead;
	}
	line = range_line_at(asked->ranges, *(volatile __u32 *)&asked->line);
	if (!line)
		return 0;
#pragma unroll
	for (int i = 0; i < RANGE_LINE_BOUNDS; i++)
		passed += reaches(asked, &line->bounds[i]);
	return passed & 1;
}

/* How long until a prefix has paid; 0 for a time that is past, or so far ahead that it must be long past. */
static __always_inline __u32 lead_of(__u64 word, __u32 time)
{
	__u32 lead = (__u32)(word >> 32) - time;

	return word && lead <= RATE_LEAD_MAX ? lead : 0;
}

/* The upper bits of a word that belong to a prefix, of which so many lie in this word. */
static __always_inline __u64 prefix_of(__u64 word, __u32 bits)
{
	return bits >= 64 ? word : bits ? word >> (64 - bits) : 0;
}

/* Two frontends of one service count each for itself. */
static __always_inline __u64 hash_prefix(const struct admission *asked)
{
	__u32 bits = asked->limit >> (RATE_INTERVAL_BITS + RATE_BURST_BITS);
	__u64 hash = fmix64(config.hash_key1 ^ (asked->service | (__u64)asked->generation << 32));

	hash = fmix64(hash ^ prefix_of(asked->high, bits));
	return fmix64(hash ^ prefix_of(asked->low, bits > 64 ? bits - 64 : 0));
}

static __always_inline struct rate_line *rate_line_of(const struct admission *asked)
{
	__u32 index = asked->hash & config.rates_mask;

	return bpf_map_lookup_elem(&rates, &index);
}

/* The prefix's own word, or else the one that is nearest to being free: what it says, and its index in the
 * line. */
__noinline int find_turn(void)
{
	struct admission *asked = this_admission();
	__u32 least = ~0U, lead;
	struct rate_line *line;
	__u64 word;

	if (!asked)
		return 0;
	line = rate_line_of(asked);
	if (!line)
		return 0;
	for (__u32 i = 0; i < RATE_LINE_WORDS; i++) {
		word = load_word(&line->words[i]);
		lead = lead_of(word, asked->time);
		if ((__u32)word == asked->tag) {
			asked->place = i;
			asked->word = word;
			return 1;
		}
		if (lead < least) {
			least = lead;
			asked->place = i;
			asked->word = word;
		}
	}
	return 1;
}

/*
 * 0 if the prefix has opened more than it may. A prefix that finds its line full takes the word that is
 * nearest to being free, and what stood there begins anew; what loses to other CPUs time after time is not
 * counted.
 */
__noinline int takes_its_turn(void)
{
	struct admission *asked = this_admission();
	__u32 interval, burst, lead;
	struct rate_line *line;
	__u64 next;

	if (!asked)
		return 0;
	asked->hash = hash_prefix(asked);
	asked->tag = asked->hash >> 32 ? asked->hash >> 32 : 1;
	asked->time = bpf_ktime_get_ns() >> RATE_TIME_SHIFT;
	interval = asked->limit;
	burst = (asked->limit >> RATE_INTERVAL_BITS) & ((1U << RATE_BURST_BITS) - 1);
	line = rate_line_of(asked);
	for (int i = 0; i < RATE_ATTEMPTS; i++) {
		if (!line || !find_turn())
			return 0;
		lead = (__u32)asked->word == asked->tag ? lead_of(asked->word, asked->time) : 0;
		if (lead > interval * burst)
			lead = 0; /* no debt of this service: it is long past */
		if (lead + interval > interval * burst)
			return 0;
		next = asked->tag | (__u64)(asked->time + lead + interval) << 32;
		if (swap64(&line->words[asked->place % RATE_LINE_WORDS], asked->word, next) == asked->word)
			return 1;
	}
	return 1;
}

static __always_inline struct admission *begin_admission(const struct packet *packet)
{
	struct admission *asked = this_admission();

	if (!asked)
		return 0;
	if (packet->family == AF_INET) {
		asked->high = (__u64)bpf_ntohl(packet->source.low) << 32;
		asked->low = 0;
	} else {
		asked->high = bpf_be64_to_cpu(packet->source.low);
		asked->low = bpf_be64_to_cpu(packet->source.high);
	}
	return asked;
}

/* Of a packet that opens a connection. */
stage check_limit(const struct packet *packet, const struct service *service, __u32 id)
{
	__u64 limit = load_word(&service->limit);
	struct admission *asked;

	if (likely(!limit))
		return VERDICT_GO_ON;
	asked = begin_admission(packet);
	if (!asked)
		return VERDICT_DROP_RATE_LIMIT;
	asked->limit = limit;
	asked->service = id;
	asked->generation = service->generation;
	return takes_its_turn() ? VERDICT_GO_ON : VERDICT_DROP_RATE_LIMIT;
}

/* An ICMP error counts as from the client whose packet it quotes. */
stage check_ranges(const struct packet *packet, const struct service *service)
{
	__u32 ranges = *(const volatile __u32 *)&service->ranges;
	struct admission *asked;

	if (!ranges)
		return VERDICT_GO_ON;
	asked = begin_admission(packet);
	if (!asked)
		return VERDICT_DROP_SOURCE_RANGE;
	asked->ranges = ranges;
	return is_in_ranges() ? VERDICT_GO_ON : VERDICT_DROP_SOURCE_RANGE;
}

/* Without state, what is neither known to go on with a flow nor an error about one counts as opening one. */
static __always_inline _Bool may_open(struct context *ctx, const struct packet *packet, __u16 flags)
{
	enum intent intent = intent_of(ctx, packet, flags & ~SERVICE_AFFINITY);

	return intent == INTENT_OPENS || intent == INTENT_UNKNOWN;
}

static __always_inline _Bool asks_for_admission(const struct service *service)
{
	return service->ranges || service->limit;
}

/* With source NAT the limit is asked where an entry would be made. */
stage check_admission(struct context *ctx, const struct packet *packet, const struct service *service,
		      __u32 id)
{
	enum verdict v = check_ranges(packet, service);

	if (v)
		return v;
	if (service->flags & SERVICE_DSR && may_open(ctx, packet, service->flags))
		return check_limit(packet, service, id);
	return VERDICT_GO_ON;
}
