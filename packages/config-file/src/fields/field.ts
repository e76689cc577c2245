import { z } from 'zod'

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
