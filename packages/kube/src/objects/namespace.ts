import type { z } from 'zod'
import * as fields from './fields.ts'
import { intern } from './intern.ts'
import { clusterWide, wireMetadata, type Metadata } from './metadata.ts'

/** A `v1` Namespace, as far as it is in use. */
export interface Namespace {
  readonly kind: 'Namespace'
  readonly metadata: Metadata
  /** `Active` or `Terminating`. */
  readonly status: { readonly phase: string }
}

export const namespaceSchema: z.ZodType<Namespace> = fields
  .part('a Namespace', {
    metadata: wireMetadata,
    status: fields.maybe(fields.part('the status of a namespace', { phase: fields.maybe(fields.text) })),
  })
  .transform(({ metadata, status }) => ({
    kind: 'Namespace',
    metadata: clusterWide(metadata),
    status: { phase: intern(status?.phase || 'Active') },
  }))
