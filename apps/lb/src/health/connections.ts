import { backendKey, type ServiceHealth } from '@skep/lb-health'
import type { Logger } from '@skep/daemon'
import type { Config } from '../config/config.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { Passive } from './passive.ts'
import type { Target } from './targets.ts'
import { Watch } from './watch.ts'

/** A refused connection stays in the table for ten seconds. */
const LOOK_MS = 1000

export interface ConnectionsOptions {
  readonly paths: InstancePaths
  readonly log: Logger
  /** What the active checks say now. */
  readonly decisions: () => readonly ServiceHealth[]
  /** A backend was ejected, or is used again. */
  readonly onChange: () => void
  /** Something went wrong by itself, between two rounds. */
  readonly onError: (error: unknown) => void
}

/** What health has to do with connections: it learns from those that fail, and ends those of who is down. */
export class Connections implements Disposable {
  readonly #options: ConnectionsOptions
  readonly #passive: Passive
  #config: Config | undefined
  #watch: Watch | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.#passive = new Passive(options.paths.ejections, options.log)
  }

  want(config: Config): void {
    this.#config = config
    this.#passive.want(config)
  }

  /** What health decided, without those that are ejected. */
  judge(decisions: readonly ServiceHealth[]): ServiceHealth[] {
    return this.#passive.apply(decisions)
  }

  /** To be called when the tables are as the configuration and health want them. */
  applied(): void {
    this.#passive.record()
    this.#watch?.retarget(this.#config!)
    this.#endFailed()
    this.#arm()
  }

  /** Ends connections that are open through this load balancer; how many. */
  end(wanted: (target: Target) => boolean): number {
    return (
      this.#opened()
        ?.end(wanted)
        .values()
        .reduce((sum, count) => sum + count, 0) ?? 0
    )
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#watch?.[Symbol.dispose]()
  }

  #opened(): Watch | undefined {
    if (this.#config !== undefined) this.#watch ??= Watch.open(this.#options.paths, this.#config)
    return this.#watch
  }

  #arm(): void {
    const isBusy = this.#passive.isWanted || this.#failed().size > 0
    if (!isBusy) {
      clearInterval(this.#timer)
      this.#timer = undefined
    } else this.#timer ??= setInterval(() => this.#look(), LOOK_MS)
  }

  #look(): void {
    try {
      const watch = this.#opened()
      if (watch === undefined) return
      const decisions = this.#options.decisions()
      if (this.#passive.isWanted && this.#passive.look(watch, decisions)) this.#options.onChange()
      this.#endFailed()
    } catch (error) {
      this.#options.onError(error)
    }
  }

  /** Again and again while any is down: a packet that was under way may have opened one more. */
  #endFailed(): void {
    const failed = this.#failed()
    if (failed.size === 0) return
    const isFailed = ({ service, backend }: Target): boolean => failed.has(`${service} ${backend}`)
    for (const [{ service, backend }, count] of this.#opened()?.end(isFailed) ?? [])
      this.#options.log.info(
        { service },
        `health: ${count} connections of ${backend} ended, as it is down (onFailure: reset)`,
      )
  }

  #failed(): ReadonlySet<string> {
    const failedOf = ({ service, backends }: ServiceHealth): string[] =>
      backends.filter(({ connections }) => connections === 'reset').map((one) => `${service} ${backendKey(one)}`)
    return new Set(this.#options.decisions().flatMap(failedOf))
  }
}
