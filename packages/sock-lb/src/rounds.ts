import type { SockDesired } from './desired.ts'
import { backendsOf, planPart } from './part.ts'
import { type Plan, plan } from './plan.ts'
import { type Part, Seen } from './seen.ts'
import type { BackendState, Capacities, FrontendState, ServiceState, State } from './state.ts'

/** A state that changes in place. */
interface OwnState extends State {
  readonly frontends: Map<string, FrontendState>
  readonly services: Map<number, ServiceState>
  readonly backends: Map<number, BackendState>
}

/**
 * Plans, round after round. Of a round that is much as the one before only what is another object is looked at again, so
 * that a change costs the same however many services there are.
 */
export class Rounds {
  #state: OwnState
  readonly #users = new Map<number, number>()
  /** `undefined`: the next round looks at everything. */
  #seen: Seen | undefined
  #planned: { readonly desired: SockDesired; readonly part: Part | undefined } | undefined

  constructor(state: State) {
    this.#state = own(state)
  }

  get state(): State {
    return this.#state
  }

  /** What is to be done; {@link done} says that it was. */
  plan(desired: SockDesired, capacities: Capacities): Plan {
    const part = this.#seen?.part(desired.frontends)
    const made = part && planPart(part, desired, this.#state, { capacities, users: this.#users })
    this.#planned = { desired, part: made && part }
    return made ?? plan(desired, this.#state, capacities)
  }

  done(made: Plan): void {
    const { part, desired } = this.#planned!
    if (part === undefined) this.#replace(made, desired)
    else this.#amend(made, part)
  }

  #replace({ next, problems }: Plan, { frontends }: SockDesired): void {
    this.#state = own(next)
    this.#users.clear()
    for (const service of next.services.values()) this.#count(service, 1)
    // What was refused may be possible now, though it is the same.
    this.#seen = problems.length > 0 ? undefined : new Seen(frontends)
  }

  #amend({ next, services, frontends, backends, gone }: Plan, part: Part): void {
    const state: OwnState = {
      ...this.#state,
      pool: next.pool,
      nodeAddresses: next.nodeAddresses,
      subjects: next.subjects,
    }
    for (const place of [...gone.services, ...services.keys()]) {
      const before = state.services.get(place)
      if (before) this.#count(before, -1)
    }
    for (const place of gone.services) state.services.delete(place)
    for (const text of gone.frontends) state.frontends.delete(text)
    for (const id of gone.backends) state.backends.delete(id)
    for (const [id, backend] of backends) state.backends.set(id, backend)
    for (const [text, frontend] of frontends) state.frontends.set(text, frontend)
    for (const [place, service] of services) {
      state.services.set(place, service)
      this.#count(service, 1)
    }
    this.#state = state
    this.#seen!.take(part)
  }

  #count(service: ServiceState, by: number): void {
    for (const id of backendsOf(service)) {
      const count = (this.#users.get(id) ?? 0) + by
      if (count === 0) this.#users.delete(id)
      else this.#users.set(id, count)
    }
  }
}

function own(state: State): OwnState {
  return {
    ...state,
    frontends: new Map(state.frontends),
    services: new Map(state.services),
    backends: new Map(state.backends),
  }
}
