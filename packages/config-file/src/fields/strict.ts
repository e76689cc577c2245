import { z } from 'zod'
import { wrong } from '../problem.ts'
import { suggest } from './nearest.ts'

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

/** Values of one kind by names that may be any, like labels. */
export function mapping<T>(what: string, value: z.ZodType<T>): z.ZodType<Readonly<Record<string, T>>> {
  const error = (issue: { input?: unknown }): string => wrong(issue.input, what, 'write { name: value }')
  return z.record(z.string(), value, { error })
}
