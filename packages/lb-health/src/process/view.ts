import { backendKey, type DesiredService } from '../check/desired.ts'
import type { Clock } from '../clock.ts'
import { explainHealth } from '../explain.ts'
import type { HealthRecord } from '../record.ts'
import { decide, type ServiceHealth, type StateOf } from '../state/decide.ts'

/** What is wanted, what is known and what follows from both. No input, no output. */
export class View {
  readonly #clock: Clock
  readonly #records = new Map<string, Map<string, HealthRecord>>()
  readonly #decided = new Map<string, ServiceHealth>()
  #services: ReadonlyMap<string, DesiredService> = new Map()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get services(): readonly DesiredService[] {
    return [...this.#services.values()]
  }

  /** What changed for the services that are wanted now. */
  want(services: readonly DesiredService[]): ServiceHealth[] {
    this.#services = new Map(services.map((service) => [service.name, service]))
    for (const name of this.#decided.keys()) if (!this.#services.has(name)) this.#decided.delete(name)
    this.#prune()
    return this.#decide(this.#services.keys())
  }

  /** What changed by these records; those that nobody asked for are kept, as somebody may. */
  learn(records: readonly HealthRecord[]): ServiceHealth[] {
    for (const record of records) {
      const ofService = this.#records.get(record.service) ?? new Map<string, HealthRecord>()
      this.#records.set(record.service, ofService.set(backendKey(record), record))
    }
    return this.#decide(new Set(records.map(({ service }) => service)))
  }

  /** What changed by time alone: the steps of slow starts. */
  turn(): ServiceHealth[] {
    const now = this.#clock.now()
    const due = [...this.#decided.values()].filter(({ nextChangeAt = Infinity }) => nextChangeAt <= now)
    return this.#decide(due.map(({ service }) => service))
  }

  /** When to call {@link turn} next. */
  get nextChangeAt(): number | undefined {
    const next = this.#decided
      .values()
      .reduce((soonest, { nextChangeAt = Infinity }) => Math.min(soonest, nextChangeAt), Infinity)
    return next === Infinity ? undefined : next
  }

  health(): ServiceHealth[] {
    return [...this.#decided.values()]
  }

  explain(name: string): string[] {
    const service = this.#services.get(name)
    return service === undefined
      ? [`${name}: no such service is checked`]
      : explainHealth(service, this.#stateOf(name), this.#clock)
  }

  records(): HealthRecord[] {
    return [...this.#records.values()].flatMap((ofService) => [...ofService.values()])
  }

  /** Forgets what is no longer wanted. */
  #prune(): void {
    for (const [name, ofService] of this.#records) {
      const keep = new Set(this.#services.get(name)?.backends.map(backendKey))
      for (const key of ofService.keys()) if (!keep.has(key)) ofService.delete(key)
      if (ofService.size === 0) this.#records.delete(name)
    }
  }

  #stateOf(name: string): StateOf {
    const ofService = this.#records.get(name)
    return (key) => ofService?.get(key)?.state
  }

  #decide(names: Iterable<string>): ServiceHealth[] {
    const now = this.#clock.now()
    const changed: ServiceHealth[] = []
    for (const name of names) {
      const service = this.#services.get(name)
      if (service === undefined) continue
      const before = this.#decided.get(name)
      const after = decide(service, this.#stateOf(name), now)
      this.#decided.set(name, after)
      if (before === undefined || !sameDecision(before, after)) changed.push(after)
    }
    return changed
  }
}

function sameDecision(a: ServiceHealth, b: ServiceHealth): boolean {
  return a.panic === b.panic && JSON.stringify(a.backends) === JSON.stringify(b.backends)
}
