import { Clock } from '@skep/datapath/clock'
import type { Observation } from '@skep/lb-health'
import type { Config } from '../config/config.ts'
import { openInstance } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { endConnection, isOpen } from './end-connections.ts'
import { Nat } from './nat.ts'
import { type Outcome, Outcomes } from './outcomes.ts'
import { type Target, Targets } from './targets.ts'

/** What was seen of each backend since the last look. */
export type Seen = ReadonlyMap<Target, Observation>

/** The connections of an instance, watched through its tables. Nothing here is in the way of packets. */
export class Watch implements Disposable {
  readonly #stack: DisposableStack
  readonly #nat: Nat
  readonly #targets: Targets
  readonly #outcomes: Outcomes

  private constructor(stack: DisposableStack, nat: Nat, targets: Targets) {
    this.#stack = stack
    this.#nat = nat
    this.#targets = targets
    this.#outcomes = new Outcomes(nat)
  }

  /** `undefined` while the instance is not installed, or only half. */
  static open(paths: InstancePaths, config: Config): Watch | undefined {
    using stack = new DisposableStack()
    const instance = openInstance(paths)
    if (instance === undefined) return undefined
    const { tables, maps, config: program } = stack.use(instance)
    if (program === undefined) return undefined
    const clock = stack.use(new Clock())
    const nat = stack.use(new Nat(tables, program, () => clock.read().jiffies))
    return new Watch(stack.move(), nat, new Targets(maps, config))
  }

  /** To be called when the tables or the configuration have changed. */
  retarget(config: Config): void {
    this.#targets.reset(config)
  }

  /** What became of new connections. `answerMs`: how long a target may take to answer; `undefined`: of no interest. */
  look(now: number, answerMs: (target: Target) => number | undefined): Seen {
    const seen = new Map<Target, Record<Outcome, number>>()
    this.#outcomes.look(this.#nat, {
      now,
      answerMs: (member) => {
        const target = this.#targets.of(member)
        return target && answerMs(target)
      },
      tell: (member, outcome) => {
        const target = this.#targets.of(member)!
        const counts = seen.get(target) ?? { answered: 0, refused: 0, unanswered: 0 }
        counts[outcome]++
        seen.set(target, counts)
      },
    })
    return seen
  }

  /** Ends the connections of some targets; how many, by target. */
  end(wanted: (target: Target) => boolean): ReadonlyMap<Target, number> {
    const ended = new Map<Target, number>()
    this.#nat.each((index) => {
      if (!isOpen(this.#nat.state(index))) return
      const target = this.#targets.of(this.#nat.member(index))
      if (target === undefined || !wanted(target)) return
      this.#outcomes.pass(this.#nat, index)
      endConnection(this.#nat, index, target.generation)
      ended.set(target, (ended.get(target) ?? 0) + 1)
    })
    return ended
  }

  [Symbol.dispose](): void {
    this.#stack.dispose()
  }
}
