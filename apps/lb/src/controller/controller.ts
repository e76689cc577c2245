import type { Netlink } from 'netlink-ts'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { diffConfigs } from '../config/diff.ts'
import { ConfigError, formatProblem } from '../config/problem.ts'
import { fixedFindings, readInstalled } from '../datapath/installed.ts'
import type { Engine } from '../engine/engine.ts'
import type { Round } from '../engine/round.ts'
import type { Health } from '../health/health.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { recordOwner } from '../instance/process.ts'
import type { Source } from '../source/source.ts'
import { networkChanges } from './network.ts'
import { logRound, readyLine } from './report.ts'
import { Scheduler } from './scheduler.ts'

/** What a controller works with. */
export interface ControllerParts {
  readonly engine: Engine
  readonly source: Source
  readonly log: Logger
  readonly netlink: Netlink
  readonly paths: InstancePaths
  readonly health: Health
}

/** Everything is compared again so often, should an event have been missed; also how often old kernels are asked for neighbours. */
const ROUND_EVERY_MS = 30_000

/** Keeps an instance as its source and the network ask: every round compares all that is wanted with all that is there. */
export class Controller {
  readonly #parts: ControllerParts
  #config: Config | undefined
  #warned = ''
  #gauges = ''

  constructor(parts: ControllerParts) {
    this.#parts = parts
  }

  /** The first round. Throws where the configuration is refused or cannot be carried out. */
  start(): void {
    const { source, log, paths } = this.#parts
    const config = source.load((wanted) => this.#refusals(wanted))
    const round = this.#apply(config)
    this.#config = config
    this.#report(round)
    recordOwner(paths, source.name)
    log.info({ config: source.name }, 'running')
    console.log(readyLine(config, this.#parts))
  }

  /** Follows the source and the network until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    const { log, health } = this.#parts
    const scheduler = new Scheduler(() => this.#round(), {
      everyMs: ROUND_EVERY_MS,
      onError: (error, retryMs) => log.error({ err: error, retryMs }, 'could not follow the network; trying again'),
      onIdle: () => this.#idle(),
    })
    health.onChange = () => scheduler.soon()
    try {
      for await (const change of networkChanges(this.#parts.netlink, signal)) {
        log.debug(change, 'network changed')
        scheduler.soon()
      }
    } finally {
      health.onChange = () => {}
      scheduler.stop()
    }
  }

  /** Reads the source again: all of it takes effect, or nothing and the errors are told. Before the start it has no effect. */
  reload(): void {
    const { source, log } = this.#parts
    const before = this.#config
    if (before === undefined) return
    try {
      const next = source.load((wanted) => this.#refusals(wanted))
      const lines = diffConfigs(before, next)
      const { explained } = this.#replace(before, next)
      for (const line of [...lines, ...explained]) console.log(line)
      console.log(`reloaded: ${lines.length === 0 ? 'nothing has changed' : `${lines.length} differences`}`)
      log.info({ diff: lines }, 'reloaded')
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems.map(formatProblem) : [(error as Error).message]
      for (const problem of problems) console.error(problem)
      console.error(`refused: ${problems.length} problems; what was running goes on unchanged`)
      log.error({ problems }, 'reload refused')
    }
  }

  /** What fails half-way is undone by bringing back what was there. */
  #replace(before: Config, next: Config): Round {
    try {
      const round = this.#apply(next)
      this.#config = next
      this.#report(round)
      return round
    } catch (error) {
      this.#report(this.#apply(before))
      throw error
    }
  }

  /** A configuration that is to be followed from now on, with what is known of its backends. */
  #apply(config: Config): Round {
    const { engine, health } = this.#parts
    health.want(config)
    const round = engine.apply(health.weigh(config))
    health.applied()
    return round
  }

  #idle(): void {
    const { engine, log } = this.#parts
    engine.refreshNeighbors()
    const gauges = engine.gaugeWarnings().join('; ')
    if (gauges !== this.#gauges && gauges !== '') log.warn(`nearly full: ${gauges}`)
    this.#gauges = gauges
  }

  #round(): void {
    const { engine, health } = this.#parts
    this.#report(engine.apply(health.weigh(this.#config!)))
    health.applied()
  }

  #refusals(wanted: Config): ReturnType<Engine['refusals']> {
    const { engine, paths } = this.#parts
    const installed = readInstalled(paths)
    return [...(installed ? fixedFindings(installed, wanted) : []), ...engine.refusals(wanted)]
  }

  /** Warnings that stay the same are said once. */
  #report(round: Round): void {
    const warnings = round.warnings.join('\n')
    logRound(this.#parts.log, round, warnings !== this.#warned)
    this.#warned = warnings
  }
}
