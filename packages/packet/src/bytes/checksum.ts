/**
 * The Internet checksum (RFC 1071) of `bytes[start, end)`: ready to be stored, and 0 over data that already holds its own.
 * `sum` is an unfolded sum to go on from, as {@link pseudoHeaderSum} gives it.
 */
export function checksum(bytes: Uint8Array, start = 0, end: number = bytes.length, sum = 0): number {
  return ~foldedSum(bytes, start, end, sum) & 0xffff
}

/** The addresses that a transport checksum covers, in network order. */
export interface PseudoHeader {
  readonly src: Uint8Array
  readonly dst: Uint8Array
}

/** The sum of the pseudo-header of TCP, UDP (RFC 9293, RFC 768) and ICMPv6 (RFC 8200, 8.1). `length` is the transport's, in bytes. */
export function pseudoHeaderSum(pseudo: PseudoHeader, protocol: number, length: number): number {
  const addresses = foldedSum(pseudo.src, 0, pseudo.src.length, 0) + foldedSum(pseudo.dst, 0, pseudo.dst.length, 0)
  return addresses + protocol + (length >>> 16) + (length & 0xffff)
}

/** The checksum after the covered bytes changed from `before` to `after` (RFC 1624, equation 3), both at an even offset. */
export function updateChecksum(old: number, before: Uint8Array, after: Uint8Array): number {
  const removed = ~foldedSum(before, 0, before.length, 0) & 0xffff
  return ~fold((~old & 0xffff) + removed + foldedSum(after, 0, after.length, 0)) & 0xffff
}

function foldedSum(bytes: Uint8Array, start: number, end: number, initial: number): number {
  let sum = initial
  const even = end - ((end - start) & 1)
  for (let i = start; i < even; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!
  if (even < end) sum += bytes[even]! << 8
  return fold(sum)
}

function fold(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000)
  return folded
}
