import type { Backend } from './model/backend.ts'
import type { Frontend } from './model/frontend.ts'
import { frontendKey } from './table/claims-of.ts'
import { sameFrontend } from './table/same.ts'
import type { Changes } from './table/table.ts'

/** What a datapath holds, or shall hold. */
export interface State {
  readonly frontends: Iterable<Frontend>
  readonly backends: Iterable<Backend>
}

/** One write. */
export type Step =
  | { readonly do: 'set-backend'; readonly backend: Backend }
  | { readonly do: 'set-frontend'; readonly frontend: Frontend }
  | { readonly do: 'remove-frontend'; readonly frontend: Frontend }
  | { readonly do: 'remove-backend'; readonly backend: Backend }

/**
 * Compares what is desired with what is there, as after a restart. The order is that in which no connection meets a
 * frontend whose members are unknown: backends, frontends, and away in reverse. Pure.
 */
export function plan(desired: State, actual: State): Step[] {
  const [frontends, before] = [byKey(desired.frontends), byKey(actual.frontends)]
  const [backends, known] = [byId(desired.backends), byId(actual.backends)]
  return steps({
    frontends: {
      set: [...frontends].filter(([key, one]) => !isSame(before.get(key), one)).map(([, one]) => one),
      removed: [...before].filter(([key]) => !frontends.has(key)).map(([, one]) => one),
    },
    backends: {
      set: [...backends].filter(([id, one]) => !sameBackend(known.get(id), one)).map(([, one]) => one),
      removed: [...known].filter(([id]) => !backends.has(id)).map(([, one]) => one),
    },
  })
}

/** What a round has changed, in the order in which to write it. */
export function steps({ frontends, backends }: Pick<Changes, 'frontends' | 'backends'>): Step[] {
  return [
    ...backends.set.map((backend) => ({ do: 'set-backend' as const, backend })),
    ...frontends.set.map((frontend) => ({ do: 'set-frontend' as const, frontend })),
    ...frontends.removed.map((frontend) => ({ do: 'remove-frontend' as const, frontend })),
    ...backends.removed.map((backend) => ({ do: 'remove-backend' as const, backend })),
  ]
}

function byKey(frontends: Iterable<Frontend>): Map<string, Frontend> {
  return new Map([...frontends].map((one) => [frontendKey(one), one]))
}

function byId(backends: Iterable<Backend>): Map<number, Backend> {
  return new Map([...backends].map((one) => [one.id, one]))
}

function isSame(a: Frontend | undefined, b: Frontend): boolean {
  return a !== undefined && sameFrontend(a, b)
}

function sameBackend(a: Backend | undefined, b: Backend): boolean {
  const fields = ['address', 'port', 'protocol', 'nodeName', 'zone', 'state'] as const
  return a !== undefined && fields.every((field) => a[field] === b[field])
}
