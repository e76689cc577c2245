import type { LargeCommunity } from './attributes/communities.ts'

/** Communities that have a name (RFC 1997, 3765, 8326, 7999, 9494). */
export const namedCommunities: Readonly<Record<string, number>> = {
  'graceful-shutdown': 0xffff0000,
  'accept-own': 0xffff0001,
  'llgr-stale': 0xffff0006,
  'no-llgr': 0xffff0007,
  blackhole: 0xffff029a,
  'no-export': 0xffffff01,
  'no-advertise': 0xffffff02,
  'no-export-subconfed': 0xffffff03,
  'no-peer': 0xffffff04,
}

const names = new Map(Object.entries(namedCommunities).map(([name, value]) => [value, name]))

/** Reads `65000:100`, a uint32 or a name like `no-export`; `undefined` for anything else. */
export function parseCommunity(text: string): number | undefined {
  const named = namedCommunities[text]
  if (named !== undefined && Object.hasOwn(namedCommunities, text)) return named
  const parts = numbers(text)
  if (parts?.length === 1) return uint(parts[0]!, 32)
  if (parts?.length !== 2 || uint(parts[0]!, 16) === undefined || uint(parts[1]!, 16) === undefined) return undefined
  return parts[0]! * 0x10000 + parts[1]!
}

export function formatCommunity(value: number): string {
  return names.get(value) ?? `${value >>> 16}:${value & 0xffff}`
}

/** Reads `65000:1:2`; `undefined` for anything else. */
export function parseLargeCommunity(text: string): LargeCommunity | undefined {
  const parts = numbers(text)
  if (parts?.length !== 3 || parts.some((part) => uint(part, 32) === undefined)) return undefined
  return { global: parts[0]!, local1: parts[1]!, local2: parts[2]! }
}

export function formatLargeCommunity({ global, local1, local2 }: LargeCommunity): string {
  return `${global}:${local1}:${local2}`
}

const kinds: Readonly<Record<string, number>> = { rt: 0x02, soo: 0x03 }

/** Reads `rt:65000:100`, `soo:65000:100` (an AS of four octets too), or `0x` and 16 hex digits; else `undefined`. */
export function parseExtendedCommunity(text: string): bigint | undefined {
  if (/^0x[0-9a-f]{16}$/i.test(text)) return BigInt(text)
  const [kind = '', ...rest] = text.split(':')
  const subtype = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
  const parts = numbers(rest.join(':'))
  if (subtype === undefined || parts?.length !== 2) return undefined
  const [asn, local] = parts as [number, number]
  const wide = asn > 0xffff
  if (uint(asn, 32) === undefined || uint(local, wide ? 16 : 32) === undefined) return undefined
  const head = (BigInt(wide ? 2 : 0) << 56n) | (BigInt(subtype) << 48n)
  return head | (wide ? (BigInt(asn) << 16n) | BigInt(local) : (BigInt(asn) << 32n) | BigInt(local))
}

export function formatExtendedCommunity(value: bigint): string {
  const type = Number(value >> 56n)
  const kind = Object.keys(kinds).find((name) => kinds[name] === (Number(value >> 48n) & 0xff))
  if (kind !== undefined && type === 0) return `${kind}:${(value >> 32n) & 0xffffn}:${value & 0xffffffffn}`
  // An AS that two octets could hold would be read back as such.
  const asn = (value >> 16n) & 0xffffffffn
  if (kind !== undefined && type === 2 && asn > 0xffffn) return `${kind}:${asn}:${value & 0xffffn}`
  return `0x${value.toString(16).padStart(16, '0')}`
}

function numbers(text: string): number[] | undefined {
  const parts = text.split(':')
  return parts.every((part) => /^\d{1,10}$/.test(part)) ? parts.map(Number) : undefined
}

function uint(value: number, bits: 16 | 32): number | undefined {
  return value < 2 ** bits ? value : undefined
}
