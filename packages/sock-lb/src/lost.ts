import { fromText, type SocketProtocol } from './key.ts'
import type { Draft } from './plan.ts'
import { idsOf, type Slots } from './slots.ts'
import type { State } from './state.ts'

/** Backends that a service had and has no more, by the protocol that it is reached by. */
export type Lost = Readonly<Record<SocketProtocol, ReadonlySet<number>>>

/** What those that were reached at these frontends do not have any more. Pure. */
export function lostAt(texts: Iterable<string>, before: State, after: Pick<Draft, 'frontends' | 'services'>): Lost {
  const lost = { TCP: new Set<number>(), UDP: new Set<number>() }
  for (const text of texts) {
    const had = slotsAt(text, before)
    const has = slotsAt(text, after)
    if (had === undefined || had === has) continue
    const left = new Set(has && idsOf(has))
    for (const id of idsOf(had)) if (!left.has(id)) lost[fromText(text).protocol].add(id)
  }
  return lost
}

function slotsAt(text: string, { frontends, services }: Pick<State, 'frontends' | 'services'>): Slots | undefined {
  const frontend = frontends.get(text)
  return frontend && services.get(frontend.service)?.slots
}

/** So many are remembered; more, and everything is looked at. */
const MOST = 65_536

/** What has been lost since sockets were last looked for. What an earlier control plane has left to do nobody knows. */
export class Losses {
  readonly #lost: Record<SocketProtocol, Set<number> | undefined> = { TCP: undefined, UDP: undefined }

  add(lost: Lost): void {
    for (const [protocol, ids] of Object.entries(lost) as [SocketProtocol, ReadonlySet<number>][]) {
      const all = this.#lost[protocol]?.union(ids)
      this.#lost[protocol] = all && all.size > MOST ? undefined : all
    }
  }

  /** `undefined`: it may be any. */
  of(protocol: SocketProtocol): ReadonlySet<number> | undefined {
    return this.#lost[protocol]
  }

  /** Their sockets have been ended. */
  settle(protocol: SocketProtocol): void {
    this.#lost[protocol] = new Set()
  }
}
