import type { Compiled, MemberDraft } from '../compile/draft.ts'
import type { Claims } from '../conflicts/claims.ts'
import type { Member } from '../model/backend.ts'
import type { Frontend } from '../model/frontend.ts'
import { frontendKey } from './claims-of.ts'
import { sameFrontend } from './same.ts'

/** What a service's frontends depend on beside itself. */
export interface Surroundings {
  readonly claims: Claims
  /** Id of a backend by its key; `undefined`: there was none left. */
  readonly idOf: (backend: string) => number | undefined
}

/** The frontends that a service has for itself, by key. One that is as before stays the same object. */
export function finishFrontends(
  owner: string,
  { frontends: drafts }: Compiled,
  before: ReadonlyMap<string, Frontend>,
  { claims, idOf }: Surroundings,
): Map<string, Frontend> {
  const frontends = new Map<string, Frontend>()
  const members = memo((all: readonly MemberDraft[]) => membersOf(all, idOf))
  const leftOut = memo((keys: readonly string[]) => keys.map(idOf).filter((id) => id !== undefined))
  for (const draft of drafts) {
    const key = frontendKey(draft)
    if (frontends.has(key) || claims.winner(key)?.service !== owner) continue
    const frontend = { ...draft, members: members(draft.members), leftOut: leftOut(draft.leftOut) }
    const known = before.get(key)
    frontends.set(key, known && sameFrontend(known, frontend) ? known : frontend)
  }
  return frontends
}

function membersOf(drafts: readonly MemberDraft[], idOf: Surroundings['idOf']): Member[] {
  return drafts.flatMap(({ backend, weight }) => {
    const id = idOf(backend)
    return id === undefined ? [] : [{ backend: id, weight }]
  })
}

/** Makes one of each: what frontends share stays shared. */
function memo<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>()
  return (key) => {
    let value = made.get(key)
    if (value === undefined) made.set(key, (value = make(key)))
    return value
  }
}
