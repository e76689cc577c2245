import { AddressError } from './error.ts'
import { formatIpv4, ipv4FromBytes, scanIpv4 } from './ipv4.ts'
import { explainIpv6 } from './ipv6-explain.ts'

const COLON = 58
const DOT = 46

/** Parses IPv6 text (RFC 4291, also with an IPv4 tail) to 16 bytes. A zone is refused. Throws {@link AddressError}. */
export function parseIpv6(text: string): Uint8Array {
  const bytes = tryParseIpv6(text)
  if (bytes === undefined) throw new AddressError('INVALID_IPV6', text, explainIpv6(text))
  return bytes
}

/** Like {@link parseIpv6}, but `undefined` when the text is not an IPv6 address. */
export function tryParseIpv6(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(16)
  return scanIpv6(text, bytes) ? bytes : undefined
}

/** Formats 16 bytes as RFC 5952 has it: lower case, the longest run of zeros as `::`, v4-mapped with a dotted tail. */
export function formatIpv6(bytes: Uint8Array, offset = 0): string {
  if (isV4Mapped(bytes, offset)) return `::ffff:${formatIpv4(ipv4FromBytes(bytes, offset + 12))}`
  const [start, end] = longestZeroRun(bytes, offset)
  let text = ''
  for (let i = 0; i < 8; i++) {
    if (i === start) {
      text += '::'
      i = end
      if (i === 8) break
    } else if (i > 0) text += ':'
    text += groupAt(bytes, offset, i).toString(16)
  }
  return text
}

/** True for `::ffff:0:0/96`. */
export function isV4Mapped(bytes: Uint8Array, offset = 0): boolean {
  for (let i = 0; i < 10; i++) if (bytes[offset + i] !== 0) return false
  return bytes[offset + 10] === 0xff && bytes[offset + 11] === 0xff
}

function groupAt(bytes: Uint8Array, offset: number, index: number): number {
  return (bytes[offset + 2 * index]! << 8) | bytes[offset + 2 * index + 1]!
}

/** The first longest run of at least two zero groups, or -1. */
function longestZeroRun(bytes: Uint8Array, offset: number): readonly [start: number, end: number] {
  let [best, bestEnd] = [-1, 0]
  for (let start = 0; start < 8; start++) {
    let end = start
    while (end < 8 && groupAt(bytes, offset, end) === 0) end++
    if (end - start > Math.max(1, bestEnd - best)) [best, bestEnd] = [start, end]
    if (end > start) start = end
  }
  return [best, bestEnd]
}

function scanIpv6(text: string, out: Uint8Array): boolean {
  let index = 0
  let filled = 0
  let gap = -1
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false
    gap = 0
    index = 2
  }
  while (index < text.length) {
    const start = index
    let group = 0
    for (; index < start + 4; index++) {
      const digit = hexDigit(text.charCodeAt(index))
      if (digit < 0) break
      group = (group << 4) | digit
    }
    if (text.charCodeAt(index) === DOT) {
      const tail = filled <= 12 ? scanIpv4(text, start) : -1
      if (tail < 0) return false
      writeUint32(out, filled, tail)
      filled += 4
      break
    }
    if (index === start || filled === 16) return false
    out[filled++] = group >>> 8
    out[filled++] = group
    if (index === text.length) break
    if (text.charCodeAt(index++) !== COLON || index === text.length) return false
    if (text.charCodeAt(index) === COLON) {
      if (gap >= 0) return false
      gap = filled
      index++
    }
  }
  return gap < 0 ? filled === 16 : filled < 16 && openGap(out, gap, filled)
}

function openGap(out: Uint8Array, gap: number, filled: number): true {
  const end = 16 - (filled - gap)
  out.copyWithin(end, gap, filled)
  out.fill(0, gap, end)
  return true
}

function writeUint32(out: Uint8Array, offset: number, value: number): void {
  out[offset] = value >>> 24
  out[offset + 1] = value >>> 16
  out[offset + 2] = value >>> 8
  out[offset + 3] = value
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
