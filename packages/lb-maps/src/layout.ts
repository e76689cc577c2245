import {
  memberCodec,
  memberLineCodec,
  memberOffsets,
  moveLineCodec,
  moveLineOffsets,
  MovePhase,
  rangeBoundCodec,
  rangeLineCodec,
  rateLineCodec,
  recordLineCodec,
  ringLineCodec,
  serviceBucket4Codec,
  serviceBucket4Offsets,
  serviceBucket6Offsets,
  serviceCodec,
  serviceKey4Codec,
  serviceOffsets,
  serviceTail6Codec,
  sourceCodec,
  SourceIndex,
} from '@skep/datapath/lb-xdp'

const WORD = 4

/*
 * The shared structs of bpf/include/maps, counted in 32-bit words, for bulk work on mapped memory. Offsets and sizes come
 * from the object's BTF; what BTF does not carry (the #defines of those headers) stands below them.
 */
export const AF_INET = 2
export const AF_INET6 = 10
export type Family = typeof AF_INET | typeof AF_INET6

export const PROTOCOL_TCP = 6
export const PROTOCOL_UDP = 17

/** Service id of an entry that stands for an address alone, whatever the port. */
export const SERVICE_ADDRESS_ONLY = 0xffffffff
/** Service id of the entry for an own address, at which replies arrive. */
export const SERVICE_OWN_SOURCE = 0xfffffffe

/** struct service_bucket4 and service_bucket6: one cache line. */
export const BUCKET_WORDS: number = serviceBucket4Codec.size / WORD
export const BUCKET_OVERFLOW: number = serviceBucket4Offsets.overflow / WORD
export const BUCKET4: { readonly keys: number; readonly key: number; readonly service: number } = {
  keys: (serviceBucket4Offsets.services - serviceBucket4Offsets.keys) / serviceKey4Codec.size,
  key: serviceBucket4Offsets.keys / WORD,
  service: serviceBucket4Offsets.services / WORD,
}
export const BUCKET6: { readonly keys: number; readonly tail: number; readonly address: number } = {
  keys: (serviceBucket6Offsets.addresses - serviceBucket6Offsets.tails) / serviceTail6Codec.size,
  tail: serviceBucket6Offsets.tails / WORD,
  address: serviceBucket6Offsets.addresses / WORD,
}

/** struct service. tail: port, protocol and family. flags: flags and generation. idle: record_idle. */
export const SERVICE_WORDS: number = serviceCodec.size / WORD
export const SERVICE: Readonly<
  Record<'ring' | 'members' | 'address' | 'tail' | 'flags' | 'records' | 'idle' | 'limit' | 'ranges', number>
> = {
  ring: serviceOffsets.ring / WORD,
  members: serviceOffsets.members / WORD,
  address: serviceOffsets.address / WORD,
  tail: serviceOffsets.port / WORD,
  flags: serviceOffsets.flags / WORD,
  records: serviceOffsets.records / WORD,
  idle: serviceOffsets.recordIdle / WORD,
  limit: serviceOffsets.limit / WORD,
  ranges: serviceOffsets.ranges / WORD,
}

/** struct member. tail: port, family and used. */
export const MEMBER_WORDS: number = memberCodec.size / WORD
export const MEMBER: Readonly<Record<'address' | 'tail' | 'source' | 'service', number>> = {
  address: memberOffsets.address / WORD,
  tail: memberOffsets.port / WORD,
  source: memberOffsets.source / WORD,
  service: memberOffsets.service / WORD,
}

/** Stands for no own address, but for the client's: the member is this host itself. */
export const SOURCE_CLIENT: number = SourceIndex.SOURCE_CLIENT

/** struct source. */
export const SOURCE_WORDS: number = sourceCodec.size / WORD

/** struct ring_line. */
export const RING_LINE_SLOTS: number = ringLineCodec.size / 2
export const RING_LOG2_BITS = 5
export const RING_LOG2_MIN = 7
export const RING_SLOT_EMPTY = 0x3fff
/** A slot is a member number, and above it the phase of its move. */
export const RING_SLOT_NUMBER = 0x3fff
export const RING_SLOT_PHASE_SHIFT = 14

/** Phases of a slot that changes hands (bpf/include/maps/moves.h). */
export const PHASE: { readonly stable: 0; readonly move: 1; readonly harvest: 2; readonly settled: 3 } = {
  stable: MovePhase.PHASE_STABLE,
  move: MovePhase.PHASE_MOVE,
  harvest: MovePhase.PHASE_HARVEST,
  settled: MovePhase.PHASE_SETTLED,
}

/** struct move_line, in 16-bit numbers: beside each line of `rings` at the same index. */
export const MOVE_LINE_SHORTS: number = moveLineCodec.size / 2
export const MOVE_SINCE: number = moveLineOffsets.since / 2

/** struct record_line, in 64-bit words. */
export const RECORD_LINE_WORDS: number = recordLineCodec.size / 8

/** struct range_line, in bounds; struct rate_line, in 64-bit words. */
export const RANGE_LINE_BOUNDS: number = rangeLineCodec.size / rangeBoundCodec.size
export const RATE_LINE_WORDS: number = rateLineCodec.size / 8
/** Times of `rates` are in units of 2^RATE_TIME_SHIFT nanoseconds, and at most so many units ahead. */
export const RATE_TIME_SHIFT = 8
export const RATE_LEAD_MAX = 0x4000_0000

/** struct member_line. */
export const MEMBER_LINE_IDS: number = memberLineCodec.size / WORD

/** Stands for no member in the last id of a block of member lines: so a block shows where it ends. */
export const MEMBER_BLOCK_END = 0xffffffff
/** `members` of a service that has no member lines. Nobody reads it, for such a service has no ring. */
export const NO_MEMBER_LINES = 0xffffffff

/** `used` of a member that its service has no backend for any more: it stays until its connections are over. */
export const MEMBER_DRAINS = 2

/** Numbers of one service's members are 14 bits; the last one means "nobody". */
export const MEMBERS_PER_SERVICE: number = RING_SLOT_EMPTY

/** A port as it stands in a little-endian word, and back. */
export function swapPort(port: number): number {
  return ((port & 0xff) << 8) | (port >>> 8)
}

/** An IPv4 address from host order to map order, and back. */
export function swapWord(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}

/** {port, protocol, 1}: the half of a service's key that both families share. */
export function keyTail(port: number, protocol: number): number {
  return swapPort(port) | (protocol << 16) | (1 << 24)
}

/** {port, protocol, family} of struct service, {port, family, used} of struct member. */
export function portAndBytes(port: number, third: number, fourth: number): number {
  return (swapPort(port) | (third << 16) | (fourth << 24)) >>> 0
}
