import type { Draining } from '../compile/draft.ts'

/** A backend that terminates, and the services that drain it. */
export interface Drain {
  /** Key of the backend. */
  readonly backend: string
  /** First seen terminating, in seconds since 1970. */
  readonly since: number
  readonly services: ReadonlyMap<string, Draining>
}

interface Entry extends Drain {
  readonly services: Map<string, Draining>
}

/** Since when backends terminate: EndpointSlices do not say, so that it is since they were first seen so. */
export class DrainLog {
  readonly #seen: Map<string, number>
  readonly #drains = new Map<string, Entry>()

  /** `seen`: what was known before a restart, by backend key. */
  constructor(seen: Iterable<readonly [backend: string, since: number]> = []) {
    this.#seen = new Map(seen)
  }

  since(backend: string): number | undefined {
    return this.#drains.get(backend)?.since ?? this.#seen.get(backend)
  }

  /** Replaces what drains in a service. One that nobody lists as terminating any more is forgotten. */
  replace(service: string, before: readonly Draining[], after: readonly Draining[], now: number): void {
    for (const one of after) {
      let drain = this.#drains.get(one.backend)
      if (!drain) {
        drain = { backend: one.backend, since: this.#seen.get(one.backend) ?? now, services: new Map() }
        this.#drains.set(one.backend, drain)
        this.#seen.delete(one.backend)
      }
      drain.services.set(service, one)
    }
    const stays = new Set(after.map(({ backend }) => backend))
    for (const { backend } of before) if (!stays.has(backend)) this.#leave(service, backend)
  }

  /** What was known before a restart and does not drain any more is forgotten: the next time it drains anew. */
  settle(): void {
    this.#seen.clear()
  }

  /** Services that have to let go of a backend by now. */
  *due(now: number): IterableIterator<string> {
    for (const { services } of this.#drains.values())
      for (const [service, { deadline = Infinity, gone }] of services) if (!gone && deadline <= now) yield service
  }

  /** When the next service has to let go of a backend. */
  get nextDeadline(): number | undefined {
    let next = Infinity
    for (const { services } of this.#drains.values())
      for (const { deadline = Infinity, gone } of services.values()) if (!gone) next = Math.min(next, deadline)
    return next === Infinity ? undefined : next
  }

  [Symbol.iterator](): IterableIterator<Drain> {
    return this.#drains.values()
  }

  #leave(service: string, backend: string): void {
    const drain = this.#drains.get(backend)
    drain?.services.delete(service)
    if (drain?.services.size === 0) this.#drains.delete(backend)
  }
}
