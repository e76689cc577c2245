import type { z } from 'zod'
import * as fields from './fields.ts'
import { namespaced, wireMetadata, type Metadata } from './metadata.ts'

/** A `v1` ConfigMap, as far as it is in use. */
export interface ConfigMap {
  readonly kind: 'ConfigMap'
  readonly metadata: Metadata
  /** Texts by their keys; not what is binary. */
  readonly data: Readonly<Record<string, string>>
}

export const configMapSchema: z.ZodType<ConfigMap> = fields
  .part('a ConfigMap', { metadata: wireMetadata, data: fields.maybe(fields.texts) })
  .transform(({ metadata, data }) => ({ kind: 'ConfigMap', metadata: namespaced(metadata), data: data ?? {} }))
