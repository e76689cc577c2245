import { cidrNetwork, formatAddress, formatCidr, parseAddress, tryParseCidr, tryParseIpv4 } from '@skep/packet'
import { rangeTrouble } from '@skep/lb-maps'
import { entryProblem } from '@skep/device-detect'
import { z } from 'zod'
import { suggest } from './nearest.ts'
import { show, wrong } from '@skep/config-file'

/** What a field's reader throws: the sentence that the user gets. */
export class Refusal extends Error {}

/** What JSON Schema says of a field, for editors and the API's description. */
type JsonSchema = Readonly<Record<string, unknown>>

/** A field that is read by one function, so that every message is a sentence about its value. */
export function field<T>(schema: JsonSchema, read: (value: unknown) => T): z.ZodType<T> {
  const reader = z.unknown().transform((value, context) => {
    try {
      return read(value)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      context.issues.push({ code: 'custom', message: error.message, input: value })
      return z.NEVER
    }
  })
  const described = reader.meta(schema)
  readers.set(described, read)
  return described
}

const readers = new WeakMap<object, (value: unknown) => unknown>()

/** The function that a {@link field} is read by, which throws {@link Refusal}; `undefined` for anything else. */
export function readerOf(schema: object): ((value: unknown) => unknown) | undefined {
  return readers.get(schema)
}

/** A whole number. `what` names it: `a port`, `a weight`. */
export function integer(what: string, min: number, max: number): z.ZodType<number> {
  return field({ type: 'integer', minimum: min, maximum: max }, (value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
    throw new Refusal(wrong(value, what, `write a whole number from ${min} to ${max}`))
  })
}

/** A port, or 0. */
export const port: z.ZodType<number> = field({ type: 'integer', minimum: 0, maximum: 65535 }, (value) => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65535) return value
  throw new Refusal(wrong(value, 'a port', 'write a whole number from 1 to 65535, or 0 for every port'))
})

/** One of the words. With `later`, words that exist but that this version cannot do. */
export function word<const T extends string>(
  words: readonly T[],
  later: Readonly<Record<string, string>> = {},
): z.ZodType<T> {
  return field({ type: 'string', enum: words }, (value) => {
    const found = words.find((candidate) => candidate === value)
    if (found !== undefined) return found
    if (typeof value !== 'string')
      throw new Refusal(wrong(value, words.length > 1 ? 'one of the words' : 'the word', `write ${words.join(' or ')}`))
    if (Object.hasOwn(later, value)) throw new Refusal(`${show(value)} ${later[value]}; write ${words.join(' or ')}`)
    throw new Refusal(`${show(value)} is not known; ${suggest(value, words)}`)
  })
}

const namePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** A name as Kubernetes has them (RFC 1123 label). */
export const name: z.ZodType<string> = field({ type: 'string', pattern: namePattern.source }, (value) => {
  if (typeof value === 'string' && namePattern.test(value)) return value
  throw new Refusal(wrong(value, 'a name', 'write up to 63 of a–z, 0–9 and "-", like web-1'))
})

/** An IPv4 or IPv6 address, in canonical spelling. */
export const address: z.ZodType<string> = field({ type: 'string' }, readAddress)

/** An address that one host can have: not unspecified, loopback, multicast, broadcast or link-local. */
export const hostAddress: z.ZodType<string> = field({ type: 'string' }, (value) => {
  const text = readAddress(value)
  const kind = text.includes(':') ? unusableIpv6(text) : unusableIpv4(Number.parseInt(text, 10), text)
  if (kind === undefined) return text
  throw new Refusal(`${show(text)} is ${kind}; write a host's own address`)
})

function readAddress(value: unknown): string {
  if (typeof value !== 'string')
    throw new Refusal(wrong(value, 'an IP address', 'write one like 10.0.0.1 or "2001:db8::1"'))
  // The only spelling of an IPv4 address that is taken is the canonical one.
  if (tryParseIpv4(value) !== undefined) return value
  try {
    return formatAddress(parseAddress(value))
  } catch (error) {
    throw new Refusal((error as Error).message)
  }
}

function unusableIpv4(first: number, text: string): string | undefined {
  if (first > 0 && first < 224 && first !== 127) return undefined
  if (text === '0.0.0.0') return 'the unspecified address'
  if (text === '255.255.255.255') return 'the broadcast address'
  if (first === 127) return 'a loopback address, which never leaves the host'
  return first >= 224 && first < 240 ? 'a multicast address' : 'a reserved address'
}

function unusableIpv6(text: string): string | undefined {
  if (text === '::') return 'the unspecified address'
  if (text === '::1') return 'a loopback address, which never leaves the host'
  if (text.startsWith('::ffff:')) return 'an IPv4 address in IPv6 clothes'
  if (text.startsWith('ff')) return 'a multicast address'
  return /^fe[89ab]/.test(text) ? 'link-local, which no router forwards' : undefined
}

/** A range of ports, both ends included. */
export interface PortRange {
  readonly from: number
  readonly to: number
}

const portRangeText = /^(\d{1,5})-(\d{1,5})$/

/** `from-to`, as in net.ipv4.ip_local_reserved_ports. */
export const portRange: z.ZodType<PortRange> = field({ type: 'string', pattern: portRangeText.source }, (value) => {
  const match = typeof value === 'string' ? portRangeText.exec(value) : null
  const range = { from: Number(match?.[1]), to: Number(match?.[2]) }
  if (!match) throw new Refusal(`${show(value)} is not a range of ports; write it like 16384-32767`)
  if (range.from < 1024 || range.to > 65535)
    throw new Refusal(`${show(value)} leaves the usable ports; stay within 1024-65535`)
  if (range.to - range.from < 255)
    throw new Refusal(`${show(value)} has too few ports; it is what one backend's connections share: write 256 or more`)
  return range
})

/** An entry of `spec.devices`: `auto`, a name, a glob, and with `-` or `+` before them what to leave out or add. */
export const devicePattern: z.ZodType<string> = field({ type: 'string', pattern: '^[^\\s/:]+$' }, (value) => {
  const problem = entryProblem(value)
  if (typeof value === 'string' && problem === undefined) return value
  throw new Refusal(problem ?? wrong(value, 'a device', 'write a name'))
})

const timeText = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/** A moment (RFC 3339), as UTC in whole seconds: load balancers compare it with their clocks. */
export const time: z.ZodType<string> = field({ type: 'string', format: 'date-time' }, (value) => {
  const moment = typeof value === 'string' && timeText.test(value) ? new Date(value) : undefined
  if (moment && Number.isFinite(moment.getTime())) return `${moment.toISOString().slice(0, 19)}Z`
  throw new Refusal(wrong(value, 'a time', 'write one like 2030-01-31T12:00:00Z, as date -u +%FT%TZ prints'))
})

/** Yes or no. */
export const flag: z.ZodType<boolean> = field({ type: 'boolean' }, (value) => {
  if (typeof value === 'boolean') return value
  throw new Refusal(wrong(value, 'yes or no', 'write true or false'))
})

/** A prefix with room for addresses that tell flows apart, in canonical spelling. */
export const tunnelSource: z.ZodType<string> = field({ type: 'string' }, (value) => {
  const cidr = typeof value === 'string' ? tryParseCidr(value) : undefined
  if (cidr === undefined) throw new Refusal(wrong(value, 'a prefix', 'write one like 10.255.0.0/16 or "fd00:ff::/64"'))
  const network = formatCidr({ ...cidr, address: cidrNetwork(cidr) })
  if (network === value) return network
  throw new Refusal(`${show(value)} has bits behind its prefix; write ${network}`)
})

/** A prefix of client addresses, in canonical spelling. */
export const sourceRange: z.ZodType<string> = field({ type: 'string' }, (value) => {
  const trouble = rangeTrouble(value)
  if (trouble === undefined) return formatCidr(tryParseCidr(value as string)!)
  throw new Refusal(`${show(value)} ${trouble}`)
})

/** A 128-bit key in hex. */
export const hashKey: z.ZodType<string> = field({ type: 'string', pattern: '^[0-9a-fA-F]{32}$' }, (value) => {
  if (typeof value === 'string' && /^[\da-f]{32}$/i.test(value)) return value.toLowerCase()
  throw new Refusal(`${show(value)} is not a hash key; write 32 hex digits in quotes, as openssl rand -hex 16 prints`)
})

/** An object that refuses keys it does not know, each with the spelling that was probably meant. */
export function strict<T extends object>(what: string, shape: { [K in keyof T]-?: z.ZodType<T[K]> }): z.ZodType<T> {
  const known = Object.keys(shape)
  const error = (issue: { code?: string; keys?: string[]; input?: unknown }) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys?.map((key) => `unknown key; ${suggest(key, known)}`).join('\n')
      : wrong(issue.input, what, `write ${known.map((key) => `${key}: …`).join(', ')}`)
  const object = z.strictObject(shape, { error })
  shapes.set(object, shape)
  return object as unknown as z.ZodType<T>
}

const shapes = new WeakMap<object, Readonly<Record<string, z.ZodType>>>()

/** The fields of a {@link strict} object; `undefined` for anything else. */
export function shapeOf(schema: object): Readonly<Record<string, z.ZodType>> | undefined {
  return shapes.get(schema)
}
