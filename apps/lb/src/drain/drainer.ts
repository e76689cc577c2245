import type { Logger } from '@skep/daemon'
import type { InstancePaths } from '../instance/paths.ts'
import { checkName } from '../health/checks.ts'
import type { Health } from '../health/health.ts'
import { type Drained, type Drains, keyOf, type Leaving } from './drain.ts'
import { dueAt } from './effective.ts'
import { readDrains, writeDrains } from './record.ts'

/** The drains of an instance: remembered over restarts, and ended in time. */
export class Drainer implements Disposable {
  readonly #paths: InstancePaths
  readonly #log: Logger
  readonly #endConnections: Health['endConnections']
  /** Called when the time of a drain is over: a round is due. */
  onDue: () => void = () => {}
  #drains: Drains
  #alarm: NodeJS.Timeout | undefined

  constructor(paths: InstancePaths, log: Logger, health: Pick<Health, 'endConnections'>) {
    this.#endConnections = (wanted) => health.endConnections(wanted)
    this.#paths = paths
    this.#log = log
    this.#drains = readDrains(paths)
  }

  get current(): Drains {
    return this.#drains
  }

  /** Remembers what is drained from now on. */
  replace(drains: Drains): void {
    writeDrains(this.#paths, drains)
    this.#drains = drains
  }

  /**
   * Ends the connections of those whose time is over, and waits for the next. Call it after a round: until then new
   * connections may still have come. Says whether another round is due.
   */
  settle(): boolean {
    const { over, next } = dueAt(this.#drains, new Date())
    this.#wait(next)
    if (over.length === 0) return false
    this.#end(over)
    const ended = new Set(over)
    this.replace({
      drained: this.#drains.drained.map((one) => (ended.has(one) ? { ...one, ended: true } : one)),
      leaving: this.#drains.leaving.map((one) => (ended.has(one) ? { ...one, ended: true } : one)),
    })
    return true
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#alarm)
  }

  #end(over: readonly (Drained | Leaving)[]): void {
    for (const one of over) {
      const { service } = one
      const backend = 'backend' in one ? one.backend : keyOf(one)
      const name = checkName(service, backend.startsWith('[') ? 6 : 4)
      const connections = this.#endConnections((target) => target.service === name && target.backend === backend)
      this.#log.info({ service, backend, connections }, 'drained: the time is over, its connections end')
    }
  }

  #wait(next: number | undefined): void {
    clearTimeout(this.#alarm)
    if (next === undefined) return
    this.#alarm = setTimeout(() => this.onDue(), Math.max(0, next - Date.now()) + 1)
  }
}
