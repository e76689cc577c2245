import type { Backend } from '../model/backend.ts'
import type { Frontend } from '../model/frontend.ts'

/** What sockets of this node shall meet. */
export interface ForSockets {
  readonly frontends: readonly Frontend[]
  readonly backends: ReadonlyMap<number, Backend>
}

/**
 * Frontends as a table at the socket takes them, in which a socket whose backend is no member any more is ended: those for
 * inside, whose members are also all that exist and are left out, with weight 0. Who is missing there is gone. Pure.
 */
export function forSockets(frontends: Iterable<Frontend>, backends: ForSockets['backends']): ForSockets {
  const internal = [...frontends].filter(({ scope }) => scope === 'internal')
  return {
    frontends: internal.map((one) => (one.leftOut.length === 0 ? one : withAll(one))),
    backends,
  }
}

const made = new WeakMap<Frontend, Frontend>()

/** The same object for the same frontend: who compares rounds sees that it has not changed. */
function withAll(one: Frontend): Frontend {
  const known = made.get(one)
  if (known) return known
  const all = { ...one, members: allMembers(one) }
  made.set(one, all)
  return all
}

function allMembers({ members, leftOut }: Frontend): Frontend['members'] {
  return [...members, ...leftOut.map((backend) => ({ backend, weight: 0 }))]
}
