import {
  type DesiredService,
  type HealthProcess,
  type ServiceHealth,
  startHealthProcess,
  stopHealthProcess,
} from '@skep/lb-health'
import { openNetlink } from 'netlink-ts'
import type { Logger } from '@skep/daemon'
import type { Config } from '../config/config.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { type Served, servedInTables, startingAs } from './adopted.ts'
import { type Check, checksOf } from './checks.ts'
import { Connections } from './connections.ts'
import { Journal, logEvent } from './journal.ts'
import { ProbeWays } from './probe-path/probe-ways.ts'
import { writeChecks } from './record.ts'
import type { Target } from './targets.ts'
import { weigh } from './weigh.ts'

/**
 * The health checks of an instance. They are made by a process that lives on when this one ends, so that the next one
 * knows at once what is down. It runs while the configuration asks for any check.
 */
export class Health implements AsyncDisposable {
  readonly #paths: InstancePaths
  readonly #log: Logger
  readonly #journal: Journal
  readonly #connections: Connections
  readonly #stack: DisposableStack
  readonly #ways: ProbeWays
  /** Called when weights may have changed. */
  onChange: () => void = () => {}
  /** As the configuration has them. */
  #wanted: readonly Check[] = []
  /** With the ways of their probes. */
  #checks: readonly Check[] = []
  /** For the first configuration only; later ones find what the checks themselves say. */
  #served: Served = () => undefined
  #process: HealthProcess | undefined
  #turning: Promise<void> | undefined
  #closed = false

  private constructor(paths: InstancePaths, log: Logger) {
    this.#paths = paths
    this.#log = log
    this.#journal = new Journal(log)
    using stack = new DisposableStack()
    this.#ways = stack.use(new ProbeWays(paths, stack.use(openNetlink())))
    this.#stack = stack.move()
    this.#connections = new Connections({
      paths,
      log,
      decisions: () => this.#process?.health() ?? [],
      onChange: () => this.onChange(),
      onError: (error) => log.error({ err: error }, 'connections cannot be watched; trying again'),
    })
  }

  /** Adopts the process or starts one, and knows what it knows. Throws `HealthError` where that cannot be done. */
  static async open(paths: InstancePaths, config: Config, log: Logger): Promise<Health> {
    const health = new Health(paths, log)
    try {
      health.#served = servedInTables(paths)
      health.#wanted = startingAs(checksOf(config), health.#served)
      health.#follow(config)
      if (health.#checks.length === 0) await stopHealthProcess(paths.health)
      else await health.#start()
      return health
    } catch (error) {
      await health[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Has this configuration's backends checked, and no others. */
  want(config: Config): void {
    this.#wanted = startingAs(checksOf(config), this.#served)
    this.#served = () => undefined
    this.#follow(config)
    this.#connections.want(config)
    this.#turn()
  }

  /** The tables are as {@link weigh} had them: ends connections that are to end, notes for `status` what is checked. */
  applied(): void {
    writeChecks(this.#paths.checks, this.#checks)
    this.#connections.applied()
  }

  /** Ends connections that are open through this load balancer; how many. Those of new clients go elsewhere already. */
  endConnections(wanted: (target: Target) => boolean): number {
    return this.#connections.end(wanted)
  }

  /** The configuration with the weights that health leaves. */
  weigh(config: Config): Config {
    this.#follow(config)
    this.#turn()
    return weigh(config, this.#connections.judge(this.#process?.health() ?? []))
  }

  /** Ends the process, too. */
  async stop(): Promise<void> {
    await this.#close((process) => process.stop())
  }

  /** Leaves the process checking. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close((process) => process.close())
  }

  /** Routes may have changed, too. */
  #follow(config: Config): void {
    const checks = this.#ways.follow(config, this.#wanted)
    if (checks === this.#checks) return
    this.#checks = checks
    this.#process?.apply(checks.map(desiredOf))
  }

  /** Starts or ends the process, as there is something to check or not; what fails is tried again in the next round. */
  #turn(): void {
    const due = this.#checks.length > 0 !== (this.#process !== undefined)
    if (!due || this.#closed || this.#turning !== undefined) return
    this.#turning = this.#startOrEnd()
      .catch((error: unknown) => this.#log.error({ err: error }, 'health checks cannot be made; trying again'))
      .finally(() => {
        this.#turning = undefined
      })
  }

  async #startOrEnd(): Promise<void> {
    if (this.#checks.length > 0) return await this.#start()
    const process = this.#process
    this.#process = undefined
    await process?.stop()
    this.onChange()
  }

  async #start(): Promise<void> {
    this.#process = await startHealthProcess({
      socket: this.#paths.health,
      onChange: (changed) => this.#changed(changed),
      onEvent: (event) => logEvent(this.#log, event),
    })
    this.#process.apply(this.#checks.map(desiredOf))
  }

  #changed(changed: readonly ServiceHealth[]): void {
    for (const service of changed) this.#journal.tell(service, () => this.#process?.explain(service.service) ?? [])
    this.onChange()
  }

  async #close(how: (process: HealthProcess) => Promise<void>): Promise<void> {
    this.#closed = true
    this.#connections[Symbol.dispose]()
    this.#stack.dispose()
    await this.#turning
    if (this.#process !== undefined) await how(this.#process)
  }
}

/** What the process is told: it knows no frontends. */
function desiredOf({ name, check, sources, backends }: Check): DesiredService {
  return { name, check, sources, backends }
}
