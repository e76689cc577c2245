import { field, integer, ipv4, readAddress, Refusal, show, text, wrong } from '@skep/config-file'
import { cidrNetwork, formatCidr, parseAddress, parseCidr } from '@skep/packet'
import type { z } from 'zod'
import { parseRange } from '../pool/ranges.ts'
import { parseCommunity, parseExtendedCommunity, parseLargeCommunity } from '../wire/community-text.ts'
import { LEARNT } from '../speaker/peer-config.ts'
import type { AddressRange } from './model.ts'

/** A field whose text another function reads; what that throws is the sentence that the user gets. */
function textual<T>(what: string, advice: string, read: (text: string) => T): z.ZodType<T> {
  return field({ type: 'string' }, (value) => {
    if (typeof value !== 'string') throw new Refusal(wrong(value, what, advice))
    try {
      return read(value)
    } catch (error) {
      throw new Refusal((error as Error).message)
    }
  })
}

export const asn: z.ZodType<number> = integer('an AS number', 1, 0xffffffff)
export const port: z.ZodType<number> = integer('a port', 1, 65535)
export const med: z.ZodType<number> = integer('a MED', 0, 0xffffffff)
export const localPref: z.ZodType<number> = integer('a local preference', 0, 0xffffffff)
export const name: z.ZodType<string> = text('a name', 'tor-1', 63)
export const label: z.ZodType<string> = text('a value', '"rack-7"')

/** TCP MD5's (RFC 2385). What was written is not shown: it ends up in logs. */
export const password: z.ZodType<string> = field({ type: 'string', minLength: 1, maxLength: 80 }, (value) => {
  const bytes = typeof value === 'string' ? Buffer.byteLength(value) : 0
  if (typeof value === 'string' && bytes >= 1 && bytes <= 80) return value
  throw new Refusal(`is not a password; write 1 to 80 bytes of text, in quotes where it looks like a number`)
})

export const routerId: z.ZodType<string> = ipv4('a router id', 'write an IPv4 address of this host')

/** 0, or 3 and more (RFC 4271). */
export const holdTime: z.ZodType<number> = field({ type: 'integer', minimum: 0, maximum: 65535 }, (value) => {
  if (typeof value === 'number' && Number.isInteger(value) && isHoldTime(value)) return value
  throw new Refusal(wrong(value, 'a hold time', 'write 0, or seconds from 3 to 65535'))
})

/** A hold time as a duration as Go writes it, like `120s` or `1m30s`, or a number of seconds; in seconds. */
export const holdDuration: z.ZodType<number> = field({}, (value) => {
  const seconds = secondsOf(value)
  if (seconds === undefined) throw new Refusal(wrong(value, 'a duration', 'write one like 120s or 1m30s'))
  if (isHoldTime(seconds)) return seconds
  throw new Refusal(`${seconds} s is not a hold time; write 0, or 3s and more`)
})

/** Where a peer is: an address, or `auto`. */
export const peerAddress: z.ZodType<string> = field({ type: 'string' }, (value) => {
  if (value === LEARNT) return value
  if (typeof value === 'string') return unicast(readAddress(value), value)
  throw new Refusal(wrong(value, 'an IP address', 'write one like 10.0.0.1, or auto with a device'))
})

/** What one host may have, and packets may be sent to. */
function unicast(address: string, written: string): string {
  const kind = specialOf(parseAddress(address).bytes)
  if (kind === undefined) return address
  throw new Refusal(`${show(written)} is ${kind}; write the address of one router`)
}

/** In words; `undefined`: unicast. */
function specialOf(bytes: Uint8Array): string | undefined {
  if (bytes.every((byte) => byte === 0)) return 'no address at all'
  if (bytes.length === 16) return bytes[0] === 0xff ? 'a multicast address' : undefined
  return bytes[0]! >= 240 ? 'reserved' : bytes[0]! >= 224 ? 'a multicast address' : undefined
}

/** A device by its name. */
export const device: z.ZodType<string> = field({ type: 'string' }, (value) => {
  if (typeof value === 'string' && /^[^\s/]{1,15}$/.test(value)) return value
  throw new Refusal(wrong(value, 'the name of a device', 'write one, like eth0'))
})

export const prefix: z.ZodType<string> = textual('a prefix', 'write one like 10.0.0.0/24 or "2001:db8::/48"', (one) => {
  const cidr = parseCidr(one)
  const network = cidrNetwork(cidr)
  const special = cidr.prefix === 0 ? undefined : localOf(network.bytes)
  if (special !== undefined) throw new Refusal(`${show(one)} is ${special}, which routers do not route; leave it out`)
  return formatCidr({ address: network, prefix: cidr.prefix })
})

function localOf(bytes: Uint8Array): string | undefined {
  if (bytes.length === 16 && bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80) return 'link-local'
  if (bytes.length === 4 && bytes[0] === 127) return 'the loopback'
  const special = bytes.every((byte) => byte === 0) ? undefined : specialOf(bytes)
  return special?.replace('a multicast address', 'multicast')
}

export const range: z.ZodType<AddressRange> = textual(
  'a range',
  'write a prefix like 192.0.2.0/24 or a range like 192.0.2.10-192.0.2.20',
  parseRange,
)

export const communityAdvice =
  'write 65000:100, a name like no-export, large ones like 65000:1:2, extended ones like rt:65000:100'

/** A community of some kind, as it is written. */
export const community: z.ZodType<string> = field({ type: 'string' }, (value) => {
  if (typeof value === 'string' && isCommunity(value)) return value
  throw new Refusal(wrong(value, 'a community', communityAdvice))
})

/** A community, or an alias of one. */
export const writtenCommunity: z.ZodType<string> = text('a community', '65000:100')

/** Whether the text is a community of some kind. */
export function isCommunity(written: string): boolean {
  return [parseCommunity, parseLargeCommunity, parseExtendedCommunity].some((parse) => parse(written) !== undefined)
}

/** For values that are shown where they are wrong. */
export function noCommunity(value: unknown): string {
  return `${show(value)} is no community; ${communityAdvice}`
}

function isHoldTime(seconds: number): boolean {
  return seconds === 0 || (seconds >= 3 && seconds <= 65535)
}

function secondsOf(value: unknown): number | undefined {
  if (typeof value === 'number' && value >= 0) return Math.floor(value)
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }
  const parts = typeof value === 'string' ? [...value.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)] : []
  if (parts.length === 0 || parts.map(([all]) => all).join('') !== value) return undefined
  return Math.floor(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit!]!, 0))
}
