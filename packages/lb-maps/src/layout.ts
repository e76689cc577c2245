/**
 * The shared structs of bpf/include/maps, counted in 32-bit words, for bulk work on mapped memory.
 * layout.test.ts compares each of them with the codecs that are generated from the object's BTF.
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
export const BUCKET_WORDS = 16
export const BUCKET_OVERFLOW = 12
export const BUCKET4 = { keys: 4, key: 0, service: 8 } as const
export const BUCKET6 = { keys: 2, tail: 0, address: 4 } as const

/** struct service. */
export const SERVICE_WORDS = 8
export const SERVICE = { ring: 0, members: 1, address: 2, tail: 6, flags: 7 } as const

/** struct member. */
export const MEMBER_WORDS = 8
export const MEMBER = { address: 0, tail: 4, source: 5, service: 6 } as const

/** struct source. */
export const SOURCE_WORDS = 4

/** struct ring_line: 32 slots of 16 bits. */
export const RING_LINE_SLOTS = 32
export const RING_LOG2_BITS = 5
export const RING_LOG2_MIN = 7
export const RING_SLOT_EMPTY = 0xffff

/** struct member_line: 16 ids. */
export const MEMBER_LINE_IDS = 16

/** Numbers of one service's members are 16 bits; the last one means "nobody". */
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
