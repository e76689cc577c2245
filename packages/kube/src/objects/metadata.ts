import type { z } from 'zod'
import * as fields from './fields.ts'
import { intern, internRecord } from './intern.ts'
import type { Nullish } from './keep.ts'

/** What every object has. */
export interface Metadata {
  readonly name: string
  /** Empty for what belongs to no namespace. */
  readonly namespace: string
  /** Empty in a folder of YAML. */
  readonly uid: string
  /** Opaque; newer or older cannot be told from it. */
  readonly resourceVersion: string
  readonly labels: Readonly<Record<string, string>>
  /** Without those that only the tools that wrote them read, like kubectl's last applied configuration. */
  readonly annotations: Readonly<Record<string, string>>
  /** As the API has it: `2026-01-31T12:00:00Z`. */
  readonly creationTimestamp?: string
  /** Since when it is to go. */
  readonly deletionTimestamp?: string
}

/** Metadata as it comes. */
export interface WireMetadata {
  readonly name: string
  readonly namespace?: Nullish<string>
  readonly uid?: Nullish<string>
  readonly resourceVersion?: Nullish<string>
  readonly labels?: Nullish<Readonly<Record<string, string>>>
  readonly annotations?: Nullish<Readonly<Record<string, string>>>
  readonly creationTimestamp?: Nullish<string>
  readonly deletionTimestamp?: Nullish<string>
}

export const wireMetadata: z.ZodType<WireMetadata> = fields.part('metadata', {
  name: fields.name,
  namespace: fields.maybe(fields.text),
  uid: fields.maybe(fields.text),
  resourceVersion: fields.maybe(fields.text),
  labels: fields.maybe(fields.texts),
  annotations: fields.maybe(fields.texts),
  creationTimestamp: fields.maybe(fields.text),
  deletionTimestamp: fields.maybe(fields.text),
})

/** Metadata of what belongs to a namespace: `default`, where none is written. */
export function namespaced(raw: WireMetadata): Metadata {
  return trimmed(raw, raw.namespace || 'default')
}

/** Metadata of what belongs to no namespace. */
export function clusterWide(raw: WireMetadata): Metadata {
  return trimmed(raw, '')
}

function trimmed(raw: WireMetadata, namespace: string): Metadata {
  return {
    name: raw.name,
    namespace: intern(namespace),
    uid: raw.uid ?? '',
    resourceVersion: raw.resourceVersion ?? '',
    labels: internRecord(raw.labels),
    annotations: internRecord(raw.annotations && withoutBulk(raw.annotations)),
    ...(raw.creationTimestamp && { creationTimestamp: raw.creationTimestamp }),
    ...(raw.deletionTimestamp && { deletionTimestamp: raw.deletionTimestamp }),
  }
}

const bulk = ['kubectl.kubernetes.io/last-applied-configuration', 'control-plane.alpha.kubernetes.io/leader']

function withoutBulk(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (!bulk.some((key) => key in annotations)) return annotations
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !bulk.includes(key)))
}
