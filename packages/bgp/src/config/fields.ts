import { formatAddress, formatCidr, cidrNetwork, parseAddress, parseCidr } from '@skep/packet'
import { z } from 'zod'
import { parseCommunity, parseExtendedCommunity, parseLargeCommunity } from '../wire/community-text.ts'
import { parseRange } from '../pool/ranges.ts'
import type { AddressRange } from './model.ts'
import { show } from '@skep/config-file'

/** A field that one function reads. What it throws is the sentence that the user gets. */
export function field<T>(read: (value: unknown) => T): z.ZodType<T> {
  return z.unknown().transform((value, context) => {
    try {
      return read(value)
    } catch (error) {
      context.issues.push({ code: 'custom', message: (error as Error).message, input: value })
      return z.NEVER
    }
  })
}

/** What is wrong with a value, or that it is missing, and what would be right. */
export function wrong(value: unknown, what: string, right: string): Error {
  return new Error(value === undefined ? `is missing; write ${right}` : `${show(value)} is not ${what}; write ${right}`)
}

export function integer(what: string, min: number, max: number): z.ZodType<number> {
  return field((value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
    throw wrong(value, what, `a whole number from ${min} to ${max}`)
  })
}

export const asn: z.ZodType<number> = integer('an AS number', 1, 0xffffffff)

export function text(what: string, example: string, most = 253): z.ZodType<string> {
  return field((value) => {
    if (typeof value === 'string' && value !== '' && value.length <= most) return value
    throw wrong(value, what, `text like ${example}`)
  })
}

export const flag: z.ZodType<boolean> = field((value) => {
  if (typeof value === 'boolean') return value
  throw wrong(value, 'true or false', 'true or false')
})

export const address: z.ZodType<string> = field((value) => {
  if (typeof value !== 'string') throw wrong(value, 'an IP address', 'one like 10.0.0.1 or "2001:db8::1"')
  return formatAddress(parseAddress(value))
})

export const ipv4: z.ZodType<string> = field((value) => {
  if (typeof value === 'string' && !value.includes(':')) return formatAddress(parseAddress(value))
  throw wrong(value, 'an IPv4 address', 'one like 10.0.0.1')
})

export const prefix: z.ZodType<string> = field((value) => {
  if (typeof value !== 'string') throw wrong(value, 'a prefix', 'one like 10.0.0.0/24 or "2001:db8::/48"')
  const cidr = parseCidr(value)
  return formatCidr({ address: cidrNetwork(cidr), prefix: cidr.prefix })
})

/** A duration as Go writes it, like `120s` or `1m30s`, or a number of seconds; in seconds. */
export const seconds: z.ZodType<number> = field((value) => {
  if (typeof value === 'number' && value >= 0) return Math.floor(value)
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }
  const parts = typeof value === 'string' ? [...value.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)] : []
  if (parts.length > 0 && parts.map(([all]) => all).join('') === value)
    return Math.floor(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit!]!, 0))
  throw wrong(value, 'a duration', 'one like 120s or 1m30s')
})

/** Whether the text is a community of some kind. */
export function isCommunity(written: string): boolean {
  return [parseCommunity, parseLargeCommunity, parseExtendedCommunity].some((parse) => parse(written) !== undefined)
}

export const communityAdvice =
  '65000:100, a name like no-export, large ones like 65000:1:2, extended ones like rt:65000:100'

export const name: z.ZodType<string> = text('a name', 'tor-1', 63)

export const range: z.ZodType<AddressRange> = field((value) => {
  if (typeof value === 'string') return parseRange(value)
  throw wrong(value, 'a range', 'a prefix like 192.0.2.0/24 or a range like 192.0.2.10-192.0.2.20')
})

/** What a schema makes of a document: a configuration, or what is wrong with it. */
export type Parsed<T> = { readonly config: T } | { readonly issues: readonly z.core.$ZodIssue[] }

/** Reads a value by a schema, and makes of it what it means. */
export function parsed<Document, T>(
  schema: z.ZodType<Document>,
  value: unknown,
  read: (document: Document) => T,
): Parsed<T> {
  const result = schema.safeParse(value, { reportInput: true })
  return result.success ? { config: read(result.data) } : { issues: result.error.issues }
}
