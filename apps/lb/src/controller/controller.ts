import type { Heartbeat } from '@skep/neighbor'
import type { MonitorEvent, Netlink } from 'netlink-ts'
import type { Logger } from 'pino'
import type { Announcer } from '../announce/announcer.ts'
import { claimedFindings, merged } from '../cilium/put.ts'
import type { PutService } from '../cilium/model.ts'
import { readPut, writePut } from '../cilium/record.ts'
import type { Config } from '../config/config.ts'
import { diffConfigs } from '../config/diff.ts'
import type { Finding } from '../config/problem.ts'
import { transitionFindings } from '../config/transitions.ts'
import { fixedFindings, readInstalled, restartFindings } from '../datapath/installed.ts'
import type { Drains } from '../drain/drain.ts'
import type { Drainer } from '../drain/drainer.ts'
import { withDrains } from '../drain/effective.ts'
import { drainsAfter } from '../drain/leave.ts'
import type { Engine, Occasion } from '../engine/engine.ts'
import type { Round } from '../engine/round.ts'
import type { Health } from '../health/health.ts'
import { EarlyWarnings } from '../log/early-warnings.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { recordOwner } from '../instance/process.ts'
import { accepted } from '../source/accepted.ts'
import type { Declared, Occasion as ReloadOccasion, Source } from '../source/source.ts'
import { readApplied, writeApplied } from './applied.ts'
import type { Change } from './change.ts'
import { type Asked, Changes } from './changes.ts'
import { networkChanges } from './network.ts'
import { logRound, logTransitions, readyLine, tellChange, tellRefusal } from './report.ts'
import { Scheduler } from './scheduler.ts'

/** What a controller works with. */
export interface ControllerParts {
  readonly engine: Engine
  readonly source: Source
  readonly log: Logger
  readonly netlink: Netlink
  readonly paths: InstancePaths
  readonly health: Health
  readonly drainer: Drainer
  readonly announcer: Announcer
}

/** All that is asked for: by the source, by Cilium's API, by operators. */
export interface Wanted {
  readonly declared: Declared
  readonly put: readonly PutService[]
  readonly drains: Drains
}

/** The services of all owners, as they are asked for. */
export function configOf({ declared, put }: Wanted): Config {
  return merged(declared.config, put)
}

/** Everything is compared again so often, should an event have been missed. */
const ROUND_EVERY_MS = 30_000

/** Events about devices that come so closely are looked at together. */
const LOOK_AFTER_MS = 100

/** What time alone brings is done so often. */
const TICK_EVERY_MS = 1000

/** Keeps an instance as it is asked to be: every round compares all that is wanted with all that is there. */
export class Controller {
  readonly #parts: ControllerParts
  #wanted: Wanted | undefined
  #seen = ''
  #scheduler: Scheduler | undefined
  #trouble: string | undefined
  #warned = ''
  #looking: NodeJS.Timeout | undefined
  readonly #early: EarlyWarnings
  readonly #changes = new Changes<Wanted>({ wanted: () => this.wanted, carryOut: (next) => this.#follow(next) })
  /** What is carried out is another configuration from now on. */
  onConfig: (config: Config) => void = () => {}

  constructor(parts: ControllerParts) {
    this.#parts = parts
    this.#early = new EarlyWarnings(parts.log)
  }

  /** What is carried out. Only after the start. */
  get wanted(): Wanted {
    return this.#wanted!
  }

  /** The services of all owners, as they are asked for. */
  get config(): Config {
    return configOf(this.wanted)
  }

  /** Why what is asked for is not carried out; `undefined`: it is. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** What the datapath is told of the network. */
  get heartbeat(): Heartbeat {
    return this.#parts.engine.heartbeat
  }

  /** Takes note of what happens to links, routes and neighbours. True: next-hop entries may be untrue now. */
  noteNeighbors(event: MonitorEvent): boolean {
    const { neighbors } = this.#parts.engine
    const { forgets, transitions } = neighbors.note(event)
    logTransitions(this.#parts.log, transitions)
    if (neighbors.isDue) this.#scheduler?.soon()
    return forgets
  }

  get source(): Source {
    return this.#parts.source
  }

  /** The first round. Throws where the configuration is refused or cannot be carried out. */
  start(found: Declared): void {
    const { source, log, paths, drainer } = this.#parts
    const put = readPut(paths)
    this.#seen = found.text
    const declared = accepted(source, found, (wanted) => this.#refusals(wanted, put))
    const round = this.#apply({ declared, put, drains: drainer.current }, readApplied(paths))
    this.#report(round)
    recordOwner(paths, source.name)
    log.info({ config: source.name }, 'running')
  }

  /** Says that traffic is served. */
  tellReady(): void {
    console.log(readyLine(this.config, this.#parts))
  }

  /** Follows the source and the network until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    const { engine, log, health, drainer } = this.#parts
    const scheduler = new Scheduler(() => this.#round(), {
      everyMs: ROUND_EVERY_MS,
      onError: (error, retryMs) => {
        this.#trouble = `the last round failed, and is tried again: ${(error as Error).message}`
        log.error({ err: error, retryMs }, 'could not follow the network; trying again')
      },
      onIdle: () => this.#idle(),
    })
    this.#scheduler = scheduler
    health.onChange = () => scheduler.soon()
    drainer.onDue = () => scheduler.soon()
    // What was due while nobody ran.
    engine.networkChanged()
    scheduler.soon()
    const ticking = setInterval(() => this.#tick(scheduler), TICK_EVERY_MS)
    try {
      for await (const change of networkChanges(this.#parts.netlink, signal)) {
        log.debug({ what: change.what }, 'network changed')
        engine.networkChanged(change.event)
        scheduler.soon()
        this.#lookAtDevices(scheduler)
      }
    } finally {
      health.onChange = () => {}
      drainer.onDue = () => {}
      clearInterval(ticking)
      scheduler.stop()
      clearTimeout(this.#looking)
    }
  }

  /** Reads the source again: all of it takes effect, or nothing and the errors are told, once. Before the start it has no effect. */
  reload(occasion: ReloadOccasion): void {
    const { source, log } = this.#parts
    if (this.#wanted === undefined) return
    try {
      const text = source.read()
      if (occasion === 'changed' && text === this.#seen) return
      this.#seen = text
      const { put, drains } = this.#wanted
      const declared = source.parse(text, (wanted) => this.#refusalsNow(wanted, put))
      const change = this.#changeTo({ declared, put, drains })
      tellChange('reloaded', change, log)
    } catch (error) {
      tellRefusal(error, log)
    }
  }

  /** What a text would change. Changes nothing. Throws `ConfigError`. */
  propose(text: string, name?: string): Change & { readonly declared: Declared } {
    const { put } = this.wanted
    const declared = this.source.parse(text, (wanted) => this.#refusalsNow(wanted, put), name)
    return { declared, diff: diffConfigs(this.wanted.declared.config, declared.config), done: [] }
  }

  /**
   * Makes a text the declared state, in the source and in the tables: both, or neither. It is stored first: who is killed
   * in between finds it there, and carries it out.
   */
  declare(text: string, name?: string): Change {
    const { declared } = this.propose(text, name)
    const restore = this.source.store(text)
    try {
      this.#seen = text
      const change = this.#changeTo({ ...this.wanted, declared })
      tellChange('applied', change, this.#parts.log)
      return change
    } catch (error) {
      restore()
      this.#seen = this.wanted.declared.text
      throw error
    }
  }

  /** Resolves when the tables have the change; those that are asked for together are carried out in one round. Rejects with why not. */
  async change(asked: Asked<Wanted>, note?: string): Promise<void> {
    await this.#changes.ask(asked)
    if (note !== undefined) console.log(note)
  }

  /** What stands against the services that were put, beside those of the source. */
  refusals(put: readonly PutService[]): Finding[] {
    return this.#parts.engine.refusals(merged(this.wanted.declared.config, put))
  }

  #changeTo(next: Wanted): Change {
    const before = this.config
    const { explained } = this.#follow(next)
    return { diff: diffConfigs(before, this.config), done: explained }
  }

  /** Follows what is asked for from now on. What fails half-way is undone by bringing back what was there. */
  #follow(next: Wanted): Round {
    const before = this.wanted
    try {
      const round = this.#apply(next, this.config)
      this.#report(round)
      this.onConfig(this.config)
      this.#scheduler?.soon()
      return round
    } catch (error) {
      this.#report(this.#apply(before, undefined))
      throw error
    }
  }

  /** What is to be followed from now on, with what is known of its backends. `before` had the backends that may leave. */
  #apply(next: Wanted, before: Config | undefined): Round {
    const { health, drainer, paths } = this.#parts
    const known = this.#wanted
    const config = merged(next.declared.config, next.put)
    const drains = drainsAfter(before, config, next.drains, new Date())
    drainer.replace(drains)
    writePut(paths, next.put)
    this.#wanted = { ...next, drains }
    const wanted = withDrains(config, drains)
    health.want(wanted)
    const round = this.#applyWeighed(health.weigh(wanted), 'asked')
    if (known?.declared !== next.declared || known.put !== next.put) writeApplied(paths, config)
    return round
  }

  /** Addresses are announced when the tables have their services. */
  #applyWeighed(weighed: Config, occasion: Occasion): Round {
    const { engine, health, announcer } = this.#parts
    const round = engine.apply(weighed, occasion)
    health.applied()
    announcer.want(weighed)
    return round
  }

  /** A device that appears does not wait as long as a large configuration has rounds wait. */
  #lookAtDevices(scheduler: Scheduler): void {
    this.#looking ??= setTimeout(() => {
      this.#looking = undefined
      if (this.#devicesDiffer()) scheduler.now()
    }, LOOK_AFTER_MS)
  }

  /** What cannot be read now is read by the next round, which tells. */
  #devicesDiffer(): boolean {
    try {
      return this.#parts.engine.devicesDiffer(this.config)
    } catch (error) {
      this.#parts.log.debug({ err: error }, 'could not look at the devices')
      return false
    }
  }

  #tick(scheduler: Scheduler): void {
    try {
      if (this.#parts.engine.tick()) scheduler.soon()
    } catch (error) {
      this.#parts.log.error({ err: error }, 'could not do what was due; a round will')
      scheduler.soon()
    }
  }

  #idle(): void {
    const { engine } = this.#parts
    this.#early.look(engine.gauges())
  }

  #round(): void {
    const { health, drainer } = this.#parts
    const { config } = this
    this.#report(this.#applyWeighed(health.weigh(withDrains(config, drainer.current)), 'network'))
    if (drainer.settle()) this.#scheduler?.soon()
    this.#wanted = { ...this.wanted, drains: drainer.current }
    this.#trouble = undefined
  }

  #refusalsNow(wanted: Config, put: readonly PutService[]): Finding[] {
    const installed = readInstalled(this.#parts.paths)
    return [
      ...transitionFindings(this.wanted.declared.config, wanted),
      ...(installed ? restartFindings(installed, wanted) : []),
      ...this.#refusals(wanted, put),
    ]
  }

  #refusals(wanted: Config, put: readonly PutService[]): Finding[] {
    const { engine, paths } = this.#parts
    const installed = readInstalled(paths)
    const claimed = claimedFindings(wanted, put)
    if (claimed.length > 0) return claimed
    return [...(installed ? fixedFindings(installed, wanted) : []), ...engine.refusals(merged(wanted, put))]
  }

  /** Warnings that stay the same are said once. */
  #report(round: Round): void {
    const warnings = round.warnings.join('\n')
    logRound(this.#parts.log, round, warnings !== this.#warned)
    this.#warned = warnings
  }
}
