import { formatAddress, tryParseAddress } from '@skep/packet'
import { z } from 'zod'
import type { Bytes } from './check.ts'

/** What is wrong with a value, and what would be right; `undefined` if it is fine. */
type Complaint<T> = (value: unknown) => { readonly ok: T } | { readonly complaint: string }

function field<T>(read: Complaint<T>): z.ZodType<T> {
  return z.unknown().transform((value, context) => {
    const answer = read(value)
    if ('ok' in answer) return answer.ok
    context.issues.push({ code: 'custom', message: answer.complaint, input: value })
    return z.NEVER
  })
}

/** The value as it stands in a message: short, and on one line. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** A number within bounds. `what` names it: `a port`. */
export function number(what: string, min: number, max: number, whole = true): z.ZodType<number> {
  const kind = whole ? 'a whole number' : 'a number'
  return field((value) =>
    typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value))
      ? { ok: value }
      : { complaint: `${show(value)} is not ${what}; write ${kind} from ${min} to ${max}` },
  )
}

export function word<const T extends string>(words: readonly T[]): z.ZodType<T> {
  return field((value) => {
    const found = words.find((one) => one === value)
    return found === undefined ? { complaint: `${show(value)} is not one of ${words.join(', ')}` } : { ok: found }
  })
}

/** A text that fits the pattern. `right` says what would. */
export function text(pattern: RegExp, right: string): z.ZodType<string> {
  return field((value) =>
    typeof value === 'string' && pattern.test(value) ? { ok: value } : { complaint: `${show(value)} is not ${right}` },
  )
}

export const flag: z.ZodType<boolean> = field((value) =>
  typeof value === 'boolean' ? { ok: value } : { complaint: `${show(value)} is neither true nor false` },
)

const hexDigits = /^(?:[\da-f]{2}){1,1024}$/i

/** 1 to 1,024 bytes, as text or as `{ hex: … }`. */
export const bytes: z.ZodType<Bytes> = field<Bytes>((value) => {
  if (typeof value === 'string' && value.length > 0 && Buffer.byteLength(value) <= 1024) return { ok: value }
  const hex = (value as { hex?: unknown } | null)?.hex
  if (typeof hex === 'string' && hexDigits.test(hex) && Object.keys(value as object).length === 1)
    return { ok: { hex: hex.toLowerCase() } }
  return { complaint: `${show(value)} is not what can be sent; write 1 to 1024 bytes of text, or { hex: 00ff… }` }
})

const variable = /^(?!SKEP_CHECK_)[A-Za-z_]\w{0,127}$/

/** Variables of an environment. */
export const environment: z.ZodType<Readonly<Record<string, string>>> = field<Readonly<Record<string, string>>>(
  (value) => {
    const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
    const fits = ([name, text]: [string, unknown]) =>
      variable.test(name) && typeof text === 'string' && text.length <= 4096 && !text.includes('\0')
    if (entries.length > 0 && entries.length <= 64 && entries.every(fits))
      return { ok: Object.fromEntries(entries) as Record<string, string> }
    const wrong = entries.find((entry) => !fits(entry))
    const which = wrong === undefined ? show(value) : `${wrong[0]}: ${show(wrong[1])}`
    return {
      complaint: `${which} is no environment; write up to 64 NAME: "text", no name that begins with SKEP_CHECK_`,
    }
  },
)

/** An IPv4 or IPv6 address, in canonical spelling. */
export const address: z.ZodType<string> = field((value) => {
  const parsed = typeof value === 'string' ? tryParseAddress(value) : undefined
  return parsed === undefined
    ? { complaint: `${show(value)} is not an IP address; write one like 10.0.0.1 or 2001:db8::1` }
    : { ok: formatAddress(parsed) }
})

const statusRange = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/

/** `200`, `"200"` or `200-299`. */
export const statusCodes: z.ZodType<string> = field((value) => {
  const match = statusRange.exec(typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '')
  return match && Number(match[2] ?? match[1]) >= Number(match[1])
    ? { ok: match[0] }
    : { complaint: `${show(value)} is not a range of HTTP status codes; write 200 or "200-299"` }
})

export function list<T>(what: string, element: z.ZodType<T>, min: number, max: number): z.ZodType<readonly T[]> {
  return z
    .array(element, { error: (issue) => `${show(issue.input)} is not a list of ${what}` })
    .refine((all) => all.length >= min && all.length <= max, {
      error: (issue) => `${(issue.input as unknown[]).length} ${what}; write ${min} to ${max}`,
    })
}

/** An object that refuses keys it does not know, one line of the message for each. */
export function strict<T extends object>(what: string, shape: { [K in keyof T]-?: z.ZodType<T[K]> }): z.ZodType<T> {
  const known = Object.keys(shape).join(', ')
  const error = (issue: { code?: string; keys?: string[]; input?: unknown }): string | undefined =>
    issue.code === 'unrecognized_keys'
      ? issue.keys?.map((key) => `${key} is not a key of ${what}; it has ${known}`).join('\n')
      : `${show(issue.input)} is not ${what}; write ${known}`
  return z.strictObject(shape, { error }) as unknown as z.ZodType<T>
}
