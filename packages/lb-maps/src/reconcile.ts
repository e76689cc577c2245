import { type Actual, hasLeftovers } from './actual.ts'
import { advance } from './advance.ts'
import { apply } from './apply.ts'
import { type Clock, systemClock } from './clock.ts'
import type { LbMaps } from './maps.ts'
import { plan, type Plan } from './plan.ts'
import { readActual } from './read-actual.ts'
import type { Desired } from './service.ts'

/** Rounds that a change may take when it has to free room before it can use it. */
const MOST_ROUNDS = 8

/** When members whose backends are gone are taken away. */
export interface ReconcileOptions {
  /** `now`: before `reconcile` returns, which takes a grace period. `later`: by the next `tick`; until then they drain. */
  readonly release?: 'now' | 'later'
}

/**
 * The services in a set of maps, kept by one owner: adopts what is there, and makes it what is desired, again and again.
 *
 * @example
 * const services = ServiceMaps.adopt(maps)
 * const { changes, problems } = services.reconcile({ services: [...], sources: new Map([...]) })
 */
export class ServiceMaps {
  readonly maps: LbMaps
  readonly #clock: Clock
  #actual: Actual
  /** Packets under way may hold on to what changed since the last grace period. */
  #owesGrace = false
  #waiting: Plan['problems'] = []

  private constructor(actual: Actual, clock: Clock) {
    this.maps = actual.maps
    this.#actual = actual
    this.#clock = clock
  }

  /**
   * Reads back what is in the maps; nothing is written before the first `reconcile` or `tick`. DSR and affinity need a
   * clock that knows the datapath's: see `datapathClock`.
   */
  static adopt(maps: LbMaps, clock: Clock = systemClock): ServiceMaps {
    return new ServiceMaps(readActual(maps), clock)
  }

  /** What is in the maps now. */
  get actual(): Actual {
    return this.#actual
  }

  /** Did an earlier run stop half-way? The next `reconcile` cleans up. */
  get needsRepair(): boolean {
    return hasLeftovers(this.#actual)
  }

  /** What `reconcile` would do, without doing it. Throws INVALID as it would. */
  preview(desired: Desired): Plan {
    return plan(desired, this.#actual, this.#clock())
  }

  /**
   * Makes the maps hold what is desired, by as few writes as that takes. Plans again when a change had to free room first.
   * The changes of all rounds, and the problems that are left. Throws INVALID, with nothing written, when the input is not
   * right.
   */
  reconcile(desired: Desired, { release = 'now' }: ReconcileOptions = {}): Pick<Plan, 'changes' | 'problems'> {
    const changes: Plan['changes'][number][] = []
    for (let round = 1; ; round++) {
      const defers = release === 'later' && round === 1
      const next = plan(desired, this.#actual, this.#clock(), defers)
      this.#apply(next)
      this.#owesGrace ||= defers && next.steps.length > 0
      changes.push(...next.changes)
      const isFull = next.problems.some(({ code }) => code === 'FULL')
      const again = next.planAgain || (isFull && this.#owesGrace)
      if (!again || round === MOST_ROUNDS) return { changes, problems: next.problems }
      if (this.#owesGrace) this.#advance()
    }
  }

  /** Services whose slots could not come to rest when {@link tick} was called last, and why. */
  get waiting(): Plan['problems'] {
    return this.isSettled ? [] : this.#waiting
  }

  /** Are there slots that change hands, members that drain, or records? Then `tick` has something to do. */
  get isSettled(): boolean {
    return this.#actual.unsettled.size === 0
  }

  /**
   * Does what time has brought (see {@link advance}). To be called every second or so while not all is settled; a
   * `reconcile` afterwards does what had to wait. True when more than times of slots was written.
   */
  tick(): boolean {
    if (this.isSettled) return false
    return this.#advance()
  }

  #advance(): boolean {
    if (this.#owesGrace) this.maps.gracePeriod()
    this.#owesGrace = false
    const next = advance(this.#actual, this.#clock())
    this.#apply(next)
    this.#waiting = next.problems
    return next.steps.some((step) => step.do !== 'set-moves')
  }

  #apply(next: Plan): void {
    try {
      apply(next, this.maps)
      this.#actual = next.after
    } catch (error) {
      this.#actual = readActual(this.maps)
      throw error
    }
  }
}
