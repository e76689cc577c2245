import { count, formatPath, type Path } from '@skep/config-file'
import type { Kind, KubeObject } from './kinds.ts'

/** What is wrong at one place of an object. */
export interface Fault {
  readonly path: Path
  /** What stands there, and what would be right. */
  readonly message: string
  /** Of what comes from a file: `web.yaml:12:7`. */
  readonly place?: string
}

/** An object that could not be read. */
export interface Refusal {
  readonly kind: string
  /** Empty where not even that could be read. */
  readonly namespace: string
  readonly name: string
  readonly faults: readonly Fault[]
}

export type Parsed<T> = { readonly object: T } | { readonly refusal: Refusal }

/** Reads an object as the API has it; keeps only what is in use. Never throws. */
export function parseObject<T extends KubeObject>(kind: Kind<T>, value: unknown): Parsed<T> {
  const result = kind.schema.safeParse(value)
  if (result.success) return { object: result.data }
  const { name, namespace } = identityOf(value)
  const faults = faultsOf(result.error.issues)
  return { refusal: { kind: kind.kind, namespace: kind.namespaced ? namespace || 'default' : '', name, faults } }
}

/** Of each object, so many faults are told. */
const MOST_FAULTS = 16

function faultsOf(issues: readonly { readonly path: Path; readonly message: string }[]): Fault[] {
  const faults = issues.slice(0, MOST_FAULTS).map(({ path, message }): Fault => ({ path, message }))
  const more = issues.length - faults.length
  return more > 0 ? [...faults, { path: [], message: `and ${count(more, 'fault')} more` }] : faults
}

/** Who an object says that it is, as far as that can be read. */
export function identityOf(value: unknown): { readonly namespace: string; readonly name: string } {
  const { name, namespace } = (value as { metadata?: { name?: unknown; namespace?: unknown } } | null)?.metadata ?? {}
  return { name: typeof name === 'string' ? name : '', namespace: typeof namespace === 'string' ? namespace : '' }
}

/** `Service default/web: spec.ports[0].port: 0 is not a port; write …`, one line for each fault; the place in the file before it, where it is known. */
export function formatRefusal({ kind, namespace, name, faults }: Refusal): string {
  const who = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name || '(no name)'}`
  return faults
    .map(({ path, message, place }) => [place, who, formatPath(path), message].filter(Boolean).join(': '))
    .join('\n')
}

/** The key of an object among those of its kind: `default/web`, or `node-1` for what belongs to no namespace. */
export function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return objectKey(namespace, name)
}

export function objectKey(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`
}
