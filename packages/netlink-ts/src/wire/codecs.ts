import { formatAddress, formatMac, parseAddress, tryParseAddress } from '@skep/packet'
import type { AttributeDecoder } from './decoder.ts'
import type { Encoder } from './encoder.ts'
import type { AttributeCodec } from './table.ts'

type Read<T> = (from: AttributeDecoder) => T
type Write<T> = (to: Encoder, value: T) => unknown

function whole(min: number, max: number, write: Write<number>, read: Read<number>): AttributeCodec<number> {
  return {
    encode: (to, value) => void write(to, value),
    decode: read,
    expects: (value) => (isWhole(value, min, max) ? undefined : `a whole number from ${min} to ${max}`),
  }
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
}

/** Numbers in host order. */
export const u8: AttributeCodec<number> = whole(
  0,
  0xff,
  (to, value) => to.u8(value),
  (from) => from.u8(),
)
export const u16: AttributeCodec<number> = whole(
  0,
  0xffff,
  (to, value) => to.u16(value),
  (from) => from.u16(),
)
export const u32: AttributeCodec<number> = whole(
  0,
  0xffffffff,
  (to, value) => to.u32(value),
  (from) => from.u32(),
)
/** Signed: −1 is a namespace id that is not assigned. */
export const s32: AttributeCodec<number> = whole(
  -0x80000000,
  0x7fffffff,
  (to, value) => to.u32(value >>> 0),
  (from) => from.s32(),
)
/** Numbers in network order: ports, EtherTypes, network identifiers. */
export const be16: AttributeCodec<number> = whole(
  0,
  0xffff,
  (to, value) => to.be16(value),
  (from) => from.be16(),
)
export const be32: AttributeCodec<number> = whole(
  0,
  0xffffffff,
  (to, value) => to.be32(value),
  (from) => from.be32(),
)

export const u64: AttributeCodec<bigint> = {
  encode: (to, value) => void to.u64(value),
  decode: (from) => from.u64(),
  expects: (value) =>
    typeof value === 'bigint' && value >= 0n && value < 1n << 64n ? undefined : 'a bigint from 0 to 2^64 − 1',
}

/** A number within closer bounds than its width gives. */
export function ranged(base: AttributeCodec<number>, min: number, max: number): AttributeCodec<number> {
  return whole(
    min,
    max,
    (to, value) => base.encode(to, value),
    (from) => base.decode(from),
  )
}

/** A switch that takes as much room as a number. */
export function boolean(base: AttributeCodec<number>): AttributeCodec<boolean> {
  return {
    encode: (to, value) => base.encode(to, value ? 1 : 0),
    decode: (from) => base.decode(from) !== 0,
    expects: (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
  }
}

/** A byte that is 0 or 1. */
export const bool: AttributeCodec<boolean> = boolean(u8)

/** True by being there. */
export const flag: AttributeCodec<true> = {
  encode: () => undefined,
  decode: () => true,
  expects: (value) => (value === true ? undefined : 'true, or leave it out'),
}

export const string: AttributeCodec<string> = {
  encode: (to, value) => void to.string(value),
  decode: (from) => from.string(),
  expects: (value) => (typeof value === 'string' && !value.includes('\0') ? undefined : 'text'),
}

/** Text without its NUL, as iproute2 writes the names of kinds. */
export const kindName: AttributeCodec<string> = { ...string, encode: (to, value) => void to.text(value) }

/** As the kernel's `dev_valid_name()` wants it. */
export const deviceName: AttributeCodec<string> = {
  ...string,
  expects: (value) =>
    isDeviceName(value) ? undefined : 'a device name: 1 to 15 bytes without "/", ":" or white space',
}

function isDeviceName(value: unknown): boolean {
  if (typeof value !== 'string' || value === '.' || value === '..') return false
  return /^[^\s/:\0]+$/.test(value) && Buffer.byteLength(value) <= 15
}

export const bytes: AttributeCodec<Uint8Array> = {
  encode: (to, value) => void to.write(value),
  decode: (from) => from.bytes().slice(),
  expects: (value) => (value instanceof Uint8Array ? undefined : 'a Uint8Array'),
}

/** An IP address as text; 4 or 16 bytes say which family. */
export const address: AttributeCodec<string> = {
  encode: (to, value) => void to.write(parseAddress(value).bytes),
  decode(from) {
    if (from.length === 4 || from.length === 16) return formatAddress(from.bytes())
    from.fail(`attribute ${from.type} has ${from.length} bytes, an IP address has 4 or 16`)
    return ''
  },
  expects: (value) => (isAddress(value) ? undefined : 'an IP address like "10.0.0.1" or "2001:db8::1"'),
}

function isAddress(value: unknown, family?: 4 | 6): boolean {
  const parsed = typeof value === 'string' ? tryParseAddress(value) : undefined
  return parsed !== undefined && (family === undefined || parsed.family === family)
}

export const ipv4: AttributeCodec<string> = {
  ...address,
  expects: (value) => (isAddress(value, 4) ? undefined : 'an IPv4 address like "10.0.0.1"'),
}

export const ipv6: AttributeCodec<string> = {
  ...address,
  expects: (value) => (isAddress(value, 6) ? undefined : 'an IPv6 address like "2001:db8::1"'),
}

/** A link-layer address as text: 6 bytes on Ethernet, 4 or 16 on a tunnel, none where there is none. */
export const hardwareAddress: AttributeCodec<string> = {
  encode: (to, value) => void to.write(Uint8Array.from(value.split(/[:-]/), (byte) => Number.parseInt(byte, 16))),
  decode: (from) => formatMac(from.bytes()),
  expects: (value) =>
    typeof value === 'string' && /^[\da-f]{1,2}([:-][\da-f]{1,2}){3,31}$/i.test(value)
      ? undefined
      : 'hex bytes, like "02:00:00:00:00:01"',
}

/** A number of a closed set, as its name; a number without a name stays a number. */
export function named<N extends string>(
  base: AttributeCodec<number>,
  names: Readonly<Record<N, number>>,
): AttributeCodec<N | number> {
  const byNumber = new Map<number, N>((Object.keys(names) as N[]).map((name) => [names[name], name]))
  return {
    encode: (to, value) => base.encode(to, typeof value === 'number' ? value : names[value]),
    decode(from) {
      const number = base.decode(from)
      return byNumber.get(number) ?? number
    },
    expects(value) {
      if (typeof value === 'number' ? base.expects?.(value) === undefined : Object.hasOwn(names, value as string))
        return undefined
      return `one of ${Object.keys(names)
        .map((name) => JSON.stringify(name))
        .join(', ')}`
    },
  }
}

/** A duration: milliseconds here, `unit` milliseconds to one of the kernel's. */
export function milliseconds(base: AttributeCodec<number>, unit: number): AttributeCodec<number> {
  return {
    encode: (to, value) => base.encode(to, Math.round(value / unit)),
    decode: (from) => base.decode(from) * unit,
    expects: (value) =>
      typeof value === 'number' && base.expects?.(Math.round(value / unit)) === undefined
        ? undefined
        : `milliseconds, a multiple of ${unit}`,
  }
}
