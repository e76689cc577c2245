import { writePut } from '../cilium/record.ts'
import type { Config } from '../config/config.ts'
import { engineModel } from '../config/model.ts'
import { diffConfigs } from '../config/diff.ts'
import { withDrains } from '../drain/effective.ts'
import { drainsAfter } from '../drain/leave.ts'
import type { Occasion, Round } from '@skep/lb-engine'
import { readApplied, writeApplied } from './applied.ts'
import type { Change } from './change.ts'
import type { ControllerParts } from './parts.ts'
import { logRound } from './report.ts'
import { configOf, type Wanted } from './wanted.ts'

/** What is wanted, and the rounds that bring it about: each compares all of it with all that is there. */
export class Rounds {
  readonly #parts: ControllerParts
  #wanted: Wanted | undefined
  #warned = ''
  #unreachable: Round['unreachable'] = new Map()
  /** What is carried out is another configuration from now on. */
  onConfig: (config: Config) => void = () => {}
  /** One more round is due soon. */
  onDue: () => void = () => {}

  constructor(parts: ControllerParts) {
    this.#parts = parts
  }

  /** Has the first round been begun? */
  get hasBegun(): boolean {
    return this.#wanted !== undefined
  }

  /** What is carried out. Only after the start. */
  get wanted(): Wanted {
    return this.#wanted!
  }

  get config(): Config {
    return configOf(this.wanted)
  }

  /** The first one, after what an earlier process has carried out. */
  begin(wanted: Wanted): void {
    this.#report(this.#apply(wanted, readApplied(this.#parts.paths)))
  }

  /** Follows what is asked for from now on. What fails half-way is undone by bringing back what was there. */
  follow(next: Wanted): Round {
    const before = this.wanted
    try {
      const round = this.#apply(next, this.config)
      this.#report(round)
      this.onConfig(this.config)
      this.onDue()
      return round
    } catch (error) {
      this.#bringBack(before)
      throw error
    }
  }

  /** The same, and what it did. */
  change(next: Wanted): Change {
    const before = this.config
    const { explained } = this.follow(next)
    return { diff: diffConfigs(before, this.config), done: explained }
  }

  /** The same is wanted as before, and the network may be another. */
  again(): void {
    const { drainer } = this.#parts
    const weighed = this.#weighed()
    try {
      this.#report(this.#applyWeighed(weighed, 'network'))
    } catch (error) {
      this.#withhold(weighed, error)
      throw error
    }
    if (drainer.settle()) this.onDue()
    this.#wanted = { ...this.wanted, drains: drainer.current }
  }

  /** What is to be followed from now on, with what is known of its backends. `before` had the backends that may leave. */
  #apply(next: Wanted, before: Config | undefined): Round {
    const { health, drainer, paths, bgp } = this.#parts
    const known = this.#wanted
    const config = configOf(next)
    const drains = drainsAfter(before, config, next.drains, new Date())
    drainer.replace(drains)
    writePut(paths, next.put)
    this.#wanted = { ...next, drains }
    const wanted = bgp.take(before, withDrains(config, drains))
    health.want(wanted)
    const round = this.#applyWeighed(health.weigh(wanted), 'asked')
    if (known?.declared !== next.declared || known.put !== next.put) writeApplied(paths, config)
    return round
  }

  #bringBack(before: Wanted): void {
    try {
      this.#report(this.#apply(before, undefined))
    } catch (error) {
      this.#withhold(this.#weighed(), error)
      throw error
    }
  }

  /** What is followed, with what is known of its backends. */
  #weighed(): Config {
    const { health, drainer, bgp } = this.#parts
    return health.weigh(bgp.keep(withDrains(this.config, drainer.current)))
  }

  /** A round has failed: of what is wanted no more is announced than the tables serve. */
  #withhold(weighed: Config, error: unknown): void {
    const { engine, bgp } = this.#parts
    const unserved = engine.unserved(engineModel(weighed), (error as Error).message)
    bgp.want(weighed, { unreachable: this.#unreachable, unserved })
  }

  /** Addresses are announced when the tables have their services. */
  #applyWeighed(weighed: Config, occasion: Occasion): Round {
    const { engine, health, announcer, bgp } = this.#parts
    const round = engine.apply(engineModel(weighed), occasion)
    health.applied()
    announcer.want(weighed)
    bgp.want(weighed, round)
    this.#unreachable = round.unreachable
    return round
  }

  /** Warnings that stay the same are said once. */
  #report(round: Round): void {
    const warnings = round.warnings.join('\n')
    logRound(this.#parts.log, round, warnings !== this.#warned)
    this.#warned = warnings
  }
}
