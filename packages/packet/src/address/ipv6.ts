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
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[offset + 2 * i]! << 8) | bytes[offset + 2 * i + 1]!)
  const [start, length] = longestZeroRun(groups)
  const hex = groups.map((group) => group.toString(16))
  if (length < 2) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

/** True for `::ffff:0:0/96`. */
export function isV4Mapped(bytes: Uint8Array, offset = 0): boolean {
  for (let i = 0; i < 10; i++) if (bytes[offset + i] !== 0) return false
  return bytes[offset + 10] === 0xff && bytes[offset + 11] === 0xff
}

function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0]
  for (let start = 0; start < 8; start++) {
    let end = start
    while (groups[end] === 0) end++
    if (end - start > best[1]) best = [start, end - start]
    if (end > start) start = end
  }
  return best
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
