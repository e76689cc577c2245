import { strict, word } from '@skep/config-file'
import type { z } from 'zod'
import { name } from './fields.ts'

/** A document as Kubernetes has them: what kind it is, its name, and what it says. */
export interface Whole<Kind extends string, Spec> {
  readonly apiVersion: 'skep.dev/v1'
  readonly kind: Kind
  readonly metadata?: { readonly name?: string | undefined } | undefined
  readonly spec: Spec
}

/** `apiVersion: skep.dev/v1`, `kind`, `metadata`, `spec`. */
export function wholeDocument<const Kind extends string, Spec>(
  kind: Kind,
  spec: z.ZodType<Spec>,
): z.ZodType<Whole<Kind, Spec>> {
  return strict<Whole<Kind, Spec>>(`a ${kind} document`, {
    apiVersion: word(['skep.dev/v1']),
    kind: word([kind]),
    metadata: strict<{ name?: string | undefined }>('the metadata', { name: name.optional() }).optional(),
    spec,
  })
}
