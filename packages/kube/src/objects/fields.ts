import { isIPv4, isIPv6 } from 'node:net'
import { show, wrong } from '@skep/config-file'
import { tryParseCidr } from '@skep/packet'
import { z } from 'zod'

// Checks only, no transforms: zod compiles such schemas, and is 30 times faster by it. What is kept is chosen afterwards.

/** A field as one question decides it. `what` it should be, and what to write. */
function field<T>(fits: (value: unknown) => boolean, what: string, advice: string): z.ZodType<T> {
  return z.custom<T>(fits, { error: ({ input }) => wrong(input, what, advice) })
}

/** A field that may be left out. Go writes `null` for what is empty. */
export type Maybe<S extends z.ZodType> = z.ZodOptional<z.ZodNullable<S>>

export function maybe<S extends z.ZodType>(schema: S): Maybe<S> {
  return schema.nullable().optional()
}

export const text: z.ZodType<string> = field(
  (value) => typeof value === 'string',
  'a text',
  'write one, in quotes where it looks like a number',
)

export const name: z.ZodType<string> = field(
  (value) => typeof value === 'string' && value !== '' && value.length <= 253,
  'a name',
  'write 1 to 253 characters',
)

export const flag: z.ZodType<boolean> = field(
  (value) => typeof value === 'boolean',
  'true or false',
  'write one of them, without quotes',
)

/** A whole number within bounds. `what` names it: `a port`. */
export function integer(what: string, min: number, max: number): z.ZodType<number> {
  return field(isInteger(min, max), what, `write a whole number from ${min} to ${max}`)
}

function isInteger(min: number, max: number): (value: unknown) => boolean {
  return (value) => typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
}

export const port: z.ZodType<number> = integer('a port', 1, 65535)

/** A port that 0 leaves out. */
export const portOrNone: z.ZodType<number> = integer('a port', 0, 65535)

const isPortOrNone = isInteger(0, 65535)
const portName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

/** A port's number, or the name that containers give it. */
export const portOrName: z.ZodType<number | string> = field(
  (value) => isPortOrNone(value) || (typeof value === 'string' && value.length <= 63 && portName.test(value)),
  'a port',
  "write a number up to 65535, or the name of a container's port",
)

/** One of some words. */
export function word<const T extends string>(words: readonly T[]): z.ZodType<T> {
  const known = new Set<unknown>(words)
  return field((value) => known.has(value), 'known here', `write ${words.join(' or ')}`)
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && (isIPv4(value) || isIPv6(value))
}

/** An IPv4 or IPv6 address. */
export const address: z.ZodType<string> = field(isAddress, 'an IP address', 'write one like 10.0.0.1 or "2001:db8::1"')

/** An address, or `None` for a service that has none on purpose. Empty: not known yet. */
export const addressOrNone: z.ZodType<string> = field(
  (value) => value === 'None' || value === '' || isAddress(value),
  'an IP address',
  'write one like 10.0.0.1 or "2001:db8::1", or None',
)

/** A prefix. Blanks around it: old API servers let them pass. */
export const cidr: z.ZodType<string> = field(
  (value) => typeof value === 'string' && tryParseCidr(value.trim()) !== undefined,
  'a prefix',
  'write one like 10.0.0.0/24 or "2001:db8::/64"',
)

/** Keys with texts: labels, annotations, a selector. */
export const texts: z.ZodType<Readonly<Record<string, string>>> = z.record(z.string(), text, {
  error: ({ input }) => wrong(input, 'keys with texts', 'write key: "text"'),
})

/** A list that may be left out. */
export function list<S extends z.ZodType>(what: string, element: S): Maybe<z.ZodArray<S>> {
  return maybe(z.array(element, { error: ({ input }) => `${show(input)} is not a list; write a list of ${what}` }))
}

/** A part with keys of its own. Keys that are not in use are left behind. */
export function part<S extends z.ZodRawShape>(what: string, shape: S): z.ZodObject<S> {
  const known = Object.keys(shape)
  const some = known.length > 6 ? `${known.slice(0, 6).join(', ')}, …` : known.join(', ')
  return z.object(shape, { error: ({ input }) => wrong(input, what, `write ${some}`) })
}
