import { isIPv4, isIPv6 } from 'node:net'
import { show, wrong } from '@skep/config-file'
import { formatAddress, tryParseAddress, tryParseCidr } from '@skep/packet'
import { z } from 'zod'

/** What is wrong with a value, and what would be right. */
class Complaint {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

type Read<T> = (value: unknown) => T | Complaint

function field<T>(read: Read<T>): z.ZodType<T> {
  return z.unknown().transform((value, context) => {
    const answer = read(value)
    if (!(answer instanceof Complaint)) return answer
    context.issues.push({ code: 'custom', message: answer.message, input: value })
    return z.NEVER
  })
}

/** The same field where it may be left out. Go writes `null` for what is empty. */
export function maybe<T>(schema: z.ZodType<T>): z.ZodType<T | undefined> {
  return schema.nullish().transform((value) => value ?? undefined)
}

export const text: z.ZodType<string> = field((value) =>
  typeof value === 'string' ? value : new Complaint(wrong(value, 'a text', 'write it in quotes')),
)

export const name: z.ZodType<string> = field((value) =>
  typeof value === 'string' && value !== '' && value.length <= 253
    ? value
    : new Complaint(wrong(value, 'a name', 'write 1 to 253 characters')),
)

export const flag: z.ZodType<boolean> = field((value) =>
  typeof value === 'boolean' ? value : new Complaint(wrong(value, 'true or false', 'write true or false')),
)

/** A whole number within bounds. `what` names it: `a port`. */
export function integer(what: string, min: number, max: number): z.ZodType<number> {
  return field((value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : new Complaint(wrong(value, what, `write a whole number from ${min} to ${max}`)),
  )
}

export const port: z.ZodType<number> = integer('a port', 1, 65535)

/** A port that 0 leaves out. */
export const portOrNone: z.ZodType<number> = integer('a port', 0, 65535)

const portName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

/** A port's number, or the name that containers give it. */
export const portOrName: z.ZodType<number | string> = field<number | string>((value) => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65535) return value
  if (typeof value === 'string' && value.length <= 63 && portName.test(value)) return value
  return new Complaint(wrong(value, 'a port', "write a number up to 65535, or the name of a container's port"))
})

/** One of some words. */
export function word<const T extends string>(words: readonly T[]): z.ZodType<T> {
  const known = new Map<unknown, T>(words.map((one) => [one, one]))
  return field(
    (value) =>
      known.get(value) ?? new Complaint(wrong(value, `one of ${words.join(', ')}`, `write one of ${words.join(', ')}`)),
  )
}

/** An address in canonical spelling. */
function readAddress(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  if (isIPv4(value)) return value
  const parsed = isIPv6(value) ? tryParseAddress(value) : undefined
  return parsed && formatAddress(parsed)
}

/** An IPv4 or IPv6 address, in canonical spelling. */
export const address: z.ZodType<string> = field(
  (value) =>
    readAddress(value) ?? new Complaint(wrong(value, 'an IP address', 'write one like 10.0.0.1 or "2001:db8::1"')),
)

/** An address, or `None` for a service that has none on purpose. */
export const addressOrNone: z.ZodType<string> = field((value) =>
  value === 'None' || value === ''
    ? value
    : (readAddress(value) ??
      new Complaint(wrong(value, 'an IP address', 'write one like 10.0.0.1 or "2001:db8::1", or None'))),
)

/** A prefix as it is written, blanks around it cut off: old API servers let them pass. */
export const cidr: z.ZodType<string> = field((value) => {
  const trimmed = typeof value === 'string' ? value.trim() : ''
  return tryParseCidr(trimmed) === undefined
    ? new Complaint(wrong(value, 'a prefix', 'write one like 10.0.0.0/24 or "2001:db8::/64"'))
    : trimmed
})

/** Keys with texts: labels, annotations, a selector. */
export const texts: z.ZodType<Readonly<Record<string, string>>> = field((value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Complaint(wrong(value, 'keys with texts', 'write key: "text"'))
  for (const key in value) {
    const one = (value as Record<string, unknown>)[key]
    if (typeof one !== 'string') return new Complaint(`${key}: ${wrong(one, 'a text', 'write it in quotes')}`)
  }
  return value as Record<string, string>
})

/** A list that may be left out. */
export function list<T>(what: string, element: z.ZodType<T>): z.ZodType<readonly T[]> {
  const elements = z.array(element, { error: ({ input }) => `${show(input)} is not a list of ${what}` })
  return elements.nullish().transform((value) => value ?? none)
}

/** A part with keys of its own. Keys that are not in use are left behind. */
export function part<S extends z.ZodRawShape>(what: string, shape: S): z.ZodObject<S> {
  return z.object(shape, { error: ({ input }) => wrong(input, what, `write ${Object.keys(shape).join(', ')}`) })
}

const none: readonly never[] = Object.freeze([])

/** Whether a text is an address of the family. */
export function isAddressOf(family: 'IPv4' | 'IPv6'): (text: string) => boolean {
  return family === 'IPv4' ? isIPv4 : isIPv6
}
