import type { ApiClient } from '../api/client.ts'
import { Backoff } from '../backoff.ts'
import { type Clock, hostClock, pause } from '../clock.ts'
import { KubeError } from '../error.ts'
import type { Kind, KubeObject } from '../objects/kinds.ts'
import { objectPath } from '../watch/query.ts'

/** Which object. */
export interface ObjectName {
  readonly namespace?: string
  readonly name: string
}

/** Where an object is written, and by whom. */
export interface WriteOptions {
  /** Who is to own the fields, in `managedFields`: `skep-operator`. */
  readonly fieldManager: string
  readonly signal?: AbortSignal
}

type Resource = Pick<Kind<KubeObject>, 'kind' | 'apiVersion' | 'plural'>

/**
 * Says what the fields of a status are to be that are ours (server-side apply); those that we said before, and do not now, go. With `force`, the
 * default, a field that another owns becomes ours; without, that is a {@link KubeError} `CONFLICT`.
 */
export async function applyStatus(
  client: ApiClient,
  kind: Resource,
  at: ObjectName,
  status: Readonly<Record<string, unknown>>,
  { fieldManager, signal, force = true }: WriteOptions & { readonly force?: boolean },
): Promise<void> {
  const metadata = { name: at.name, ...(at.namespace !== undefined && { namespace: at.namespace }) }
  const operation = `apply the status of ${kind.kind} ${at.name}`
  await asConflict(operation, () =>
    client.json({
      operation,
      method: 'PATCH',
      path: `${objectPath(kind, at)}/status`,
      query: { fieldManager, force },
      contentType: 'application/apply-patch+yaml',
      body: { apiVersion: kind.apiVersion, kind: kind.kind, metadata, status },
      ...(signal && { signal }),
    }),
  )
}

/** An object as the API has it now. */
export interface Current {
  readonly metadata: { readonly resourceVersion: string; readonly [key: string]: unknown }
  readonly spec?: unknown
  readonly status?: unknown
}

export interface UpdateOptions extends WriteOptions {
  readonly clock?: Clock
  readonly random?: () => number
  /** How often it is tried while others change the object at the same time. */
  readonly attempts?: number
}

/**
 * Changes a status by what it is now: `change` gets the object and says the merge patch of its status, or `undefined` where it is as wanted.
 * Where somebody else has changed the object in between, it is read and decided again; too often is a {@link KubeError} `CONFLICT`. Returns
 * whether anything was written.
 */
export async function updateStatus(
  client: ApiClient,
  kind: Resource,
  at: ObjectName,
  change: (object: Current) => Readonly<Record<string, unknown>> | undefined,
  { fieldManager, signal, clock = hostClock, random = Math.random, attempts = 5 }: UpdateOptions,
): Promise<boolean> {
  const operation = `update the status of ${kind.kind} ${at.name}`
  const path = objectPath(kind, at)
  const common = { operation, ...(signal && { signal }) }
  const backoff = new Backoff({ firstMs: 20, mostMs: 1000, random })
  for (let attempt = 1; ; attempt++) {
    const current = (await client.json({ ...common, path })) as Current
    const status = change(current)
    if (status === undefined) return false
    // With the version that was read in it, the API server refuses the patch of an object that is another one by now.
    const body = { metadata: { resourceVersion: current.metadata.resourceVersion }, status }
    try {
      await asConflict(operation, () =>
        client.json({
          ...common,
          method: 'PATCH',
          path: `${path}/status`,
          query: { fieldManager },
          contentType: 'application/merge-patch+json',
          body,
        }),
      )
      return true
    } catch (error) {
      if (!(error instanceof KubeError && error.code === 'CONFLICT') || attempt >= attempts) throw error
      await pause(clock, backoff.next(), signal ?? new AbortController().signal)
    }
  }
}

async function asConflict<T>(operation: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (cause) {
    if (!(cause instanceof KubeError && cause.status === 409)) throw cause
    throw new KubeError('CONFLICT', operation, cause.message, { cause, status: 409 })
  }
}
