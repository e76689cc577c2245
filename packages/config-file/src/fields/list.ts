import { z } from 'zod'
import { wrong } from '../problem.ts'
import { Refusal, readerOf } from './field.ts'
import { shapeOf } from './strict.ts'

/**
 * A list. Its elements are read one by one, so that of a hundred thousand nothing stays but what they are.
 * With `filled`, which says what to write, one that is empty is refused.
 */
export function list<T>(what: string, element: z.ZodType<T>, filled?: string): z.ZodType<readonly T[]> {
  const quick = quickReader(element)
  const reader = z.unknown().transform((value, context): readonly T[] => {
    if (!Array.isArray(value)) {
      context.issues.push({ code: 'custom', message: wrong(value, `a list of ${what}`, 'write [ … ]'), input: value })
      return z.NEVER
    }
    if (value.length === 0 && filled !== undefined)
      context.issues.push({ code: 'custom', message: `is empty; ${filled}`, input: value })
    return value.map((item: unknown, i) => {
      const known = quick?.(item)
      if (known !== undefined) return known
      const { data, error } = element.safeParse(item)
      for (const issue of error?.issues ?? []) context.issues.push(prefixed(issue, i, item))
      return data as T
    })
  })
  elements.set(reader, element)
  return reader
}

const elements = new WeakMap<object, z.ZodType>()

/** What a {@link list} is a list of, for JSON Schema; `undefined` for anything else. */
export function elementOf(schema: object): z.ZodType | undefined {
  return elements.get(schema)
}

function prefixed(issue: z.core.$ZodIssue, index: number, input: unknown): z.core.$ZodRawIssue {
  return { ...issue, path: [index, ...issue.path], input } as z.core.$ZodRawIssue
}

interface QuickField {
  readonly key: string
  readonly read: (value: unknown) => unknown
  /** What stands for a value that is left out: another one, or nothing at all; without it that is a mistake. */
  readonly absent?: { readonly value: unknown }
}

/**
 * Reads objects of single fields as zod would, in a tenth of its time and memory; what is wrong with one, zod tells.
 * `undefined` for a schema of anything else.
 */
function quickReader<T>(schema: z.ZodType<T>): ((value: unknown) => T | undefined) | undefined {
  const shape = Object.entries(shapeOf(schema) ?? {}).map(([key, field]) => quickField(key, field))
  const fields = shape.filter((field) => field !== undefined)
  if (fields.length === 0 || fields.length < shape.length) return undefined
  return (value) => {
    try {
      return readQuickly(fields, value) as T | undefined
    } catch (error) {
      if (error instanceof Refusal) return undefined
      throw error
    }
  }
}

function readQuickly(fields: readonly QuickField[], value: unknown): object | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  let unknown = Object.keys(value).length
  const read: Record<string, unknown> = {}
  for (const field of fields) {
    const given = (value as Record<string, unknown>)[field.key]
    if (given !== undefined) {
      read[field.key] = field.read(given)
      unknown--
    } else if (field.absent === undefined) return undefined
    else if (field.absent.value !== undefined) read[field.key] = field.absent.value
  }
  return unknown === 0 ? read : undefined
}

function quickField(key: string, schema: z.ZodType): QuickField | undefined {
  const isDefault = schema instanceof z.ZodDefault
  const inner = isDefault || schema instanceof z.ZodOptional ? schema.def.innerType : schema
  const read = readerOf(inner)
  if (read === undefined) return undefined
  if (inner === schema) return { key, read }
  return { key, read, absent: { value: isDefault ? schema.def.defaultValue : undefined } }
}
