import { type Finding, findingsOf } from '@skep/config-file'
import type { z } from 'zod'

/** What a schema makes of a document: a configuration, or what is wrong with it. */
export type Parsed<T> = { readonly config: T } | { readonly findings: readonly Finding[] }

/** Reads a value by a schema, and makes of it what it means. */
export function parsed<Document, T>(
  schema: z.ZodType<Document>,
  value: unknown,
  read: (document: Document) => T,
): Parsed<T> {
  const { success, data, error } = schema.safeParse(value)
  return success ? { config: read(data) } : { findings: findingsOf(error) }
}
