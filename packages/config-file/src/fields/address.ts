import { formatAddress, parseAddress, tryParseIpv4 } from '@skep/packet'
import type { z } from 'zod'
import { wrong } from '../problem.ts'
import { field, Refusal } from './field.ts'

/** An IPv4 or IPv6 address, in canonical spelling. */
export const address: z.ZodType<string> = field({ type: 'string' }, readAddress)

/** An IPv4 address, as router ids are written; `what` names it. */
export function ipv4(what: string, advice: string): z.ZodType<string> {
  return field({ type: 'string', format: 'ipv4' }, (value) => {
    const found = typeof value === 'string' ? tryParseIpv4(value) : undefined
    if (found !== undefined && value !== '0.0.0.0') return value as string
    throw new Refusal(wrong(value, what, advice))
  })
}

/** In canonical spelling. Throws {@link Refusal}. */
export function readAddress(value: unknown): string {
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
