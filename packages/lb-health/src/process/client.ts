import { CompanionError, Keeper, type Link } from '@skep/companion'
import { backendKey, type DesiredService } from '../check/desired.ts'
import { type Clock, hostClock } from '../clock.ts'
import { HealthError } from '../error.ts'
import type { HealthRecord } from '../record.ts'
import type { SchedulerStats } from '../schedule/scheduler.ts'
import type { ServiceHealth } from '../state/decide.ts'
import { type FromProcess, readFromProcess, type ToProcess } from './messages.ts'
import { release } from './release.ts'
import { spawnHealth, type SpawnOptions } from './spawn.ts'
import { View } from './view.ts'

/** What an operator's log should have. */
export type HealthEvent =
  /** `pid` answers; `adopted`: it ran before this control plane did. */
  | { readonly event: 'connected'; readonly pid: number; readonly adopted: boolean }
  /** It is of another release: it hands over what it knows and is replaced. */
  | { readonly event: 'replaced'; readonly pid: number; readonly release: string }
  /** It is gone, or cannot be trusted; a new one is started. What it knew is kept here. */
  | { readonly event: 'lost'; readonly reason: string }
  /** It cannot be started; tried again after a while. */
  | { readonly event: 'failed'; readonly reason: string; readonly retryMs: number }
  /** It did not understand what was wanted, and goes on as before. */
  | { readonly event: 'refused'; readonly reason: string }

export interface HealthProcessOptions extends SpawnOptions {
  /** Services whose decision changed: by a result, a slow start's step or a new wish. Each wanted service comes at least once. */
  readonly onChange: (changed: readonly ServiceHealth[]) => void
  readonly onEvent?: ((event: HealthEvent) => void) | undefined
  readonly clock?: Clock | undefined
}

/** The control plane's end of a health process, which it starts, adopts, and starts again when it dies. */
export class HealthProcess implements AsyncDisposable {
  readonly #options: HealthProcessOptions
  readonly #clock: Clock
  readonly #view: View
  readonly #keeper: Keeper<FromProcess, ToProcess>
  #link: Link<FromProcess, ToProcess> | undefined
  #pid: number | undefined
  #generation = 0
  /** What the process has forgotten, or never knew. */
  #known: HealthRecord[] = []
  #wanted = false
  #reason = ''
  #stats: SchedulerStats | undefined
  #ramp: NodeJS.Timeout | undefined

  private constructor(options: HealthProcessOptions) {
    this.#options = options
    this.#clock = options.clock ?? hostClock
    this.#view = new View(this.#clock)
    this.#keeper = new Keeper<FromProcess, ToProcess>({
      what: 'health process',
      socket: options.socket,
      read: readFromProcess,
      spawn: () => spawnHealth(options),
      use: (link, isAdopted, greeted) => this.#use(link, isAdopted, greeted),
      ended: (isClosing) => this.#ended(isClosing),
      failed: (reason, retryMs) => this.#event({ event: 'failed', reason, retryMs }),
    })
  }

  /** Adopts the process that listens on the socket, or starts one. Throws {@link HealthError} when that cannot be done. */
  static async start(options: HealthProcessOptions): Promise<HealthProcess> {
    const health = new HealthProcess(options)
    try {
      await health.#keeper.start()
    } catch (error) {
      if (!(error instanceof CompanionError)) throw error
      throw new HealthError('NOT_STARTED', error.operation, error.problem, { cause: error })
    }
    return health
  }

  /** Of the process that answers now. */
  get pid(): number | undefined {
    return this.#pid
  }

  /** All that is wanted, whole. What is known of backends that stay is kept. */
  apply(services: readonly DesiredService[]): void {
    if (this.#keeper.isClosing) throw new HealthError('CLOSED', 'apply health checks', 'the connection was closed')
    this.#wanted = true
    const changed = this.#view.want(services)
    this.#send()
    this.#tell(changed)
  }

  /** Every wanted service's decision. */
  health(): readonly ServiceHealth[] {
    return this.#view.health()
  }

  /** Why a service's backends count as they do, in lines. */
  explain(service: string): string[] {
    return this.#view.explain(service)
  }

  records(): readonly HealthRecord[] {
    return this.#view.records()
  }

  /** The process's own figures, at most a second old. */
  stats(): SchedulerStats | undefined {
    return this.#stats
  }

  /** A check at once, as when connections to the backend are seen to fail. */
  checkNow(service: string, { address, port }: { readonly address: string; readonly port: number }): void {
    this.#link?.send({ type: 'check', service, address, port })
  }

  /** Disconnects. The process goes on checking, for the next control plane. */
  async close(): Promise<void> {
    const closed = this.#keeper.close()
    clearTimeout(this.#ramp)
    await closed
  }

  /** Ends the process too. */
  async stop(): Promise<void> {
    await this.#keeper.stop({ type: 'stop' })
    await this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #use(link: Link<FromProcess, ToProcess>, isAdopted: boolean, greeted: () => void): void {
    this.#reason = 'the health process ended'
    link.listen(
      (message) => {
        if (message.type !== 'hello') return this.#hear(message)
        if (this.#greet(link, message, isAdopted)) greeted()
      },
      (why) => (this.#reason = `not understood: ${why}`),
    )
  }

  #ended(isClosing: boolean): void {
    this.#link = undefined
    this.#pid = undefined
    this.#stats = undefined
    if (!isClosing) this.#event({ event: 'lost', reason: this.#reason })
  }

  /** Whether it is the right one. */
  #greet(link: Link<FromProcess, ToProcess>, hello: FromProcess & { type: 'hello' }, adopted: boolean): boolean {
    const told = new Set(hello.records.map(nameOf))
    this.#known = this.#view.records().filter((record) => !told.has(nameOf(record)))
    this.#tell(this.#view.learn(hello.records))
    if (hello.release !== release) {
      this.#event({ event: 'replaced', pid: hello.pid, release: hello.release })
      link.send({ type: 'stop' })
      this.#reason = `it was of release ${hello.release}`
      return false
    }
    this.#link = link
    this.#pid = hello.pid
    this.#event({ event: 'connected', pid: hello.pid, adopted })
    if (this.#wanted) this.#send()
    return true
  }

  #hear(message: Exclude<FromProcess, { type: 'hello' }>): void {
    switch (message.type) {
      case 'applied':
      case 'records':
      case 'all':
        return this.#tell(this.#view.learn(message.records))
      case 'stats':
        this.#stats = message.stats
        return
      case 'refused':
        return this.#event({ event: 'refused', reason: message.message })
    }
  }

  #send(): void {
    if (this.#link === undefined) return
    const known = this.#known.splice(0)
    this.#link.send({ type: 'desired', generation: ++this.#generation, services: this.#view.services, known })
  }

  #tell(changed: readonly ServiceHealth[]): void {
    this.#armRamp()
    if (changed.length > 0 && !this.#keeper.isClosing) this.#options.onChange(changed)
  }

  #armRamp(): void {
    clearTimeout(this.#ramp)
    const next = this.#view.nextChangeAt
    if (next === undefined || this.#keeper.isClosing) return
    this.#ramp = setTimeout(() => this.#tell(this.#view.turn()), Math.max(1, Math.ceil(next - this.#clock.now())))
  }

  #event(event: HealthEvent): void {
    this.#options.onEvent?.(event)
  }
}

function nameOf({ service, address, port }: HealthRecord): string {
  return `${service} ${backendKey({ address, port })}`
}

/** Adopts the health process that listens on the socket, or starts one. */
export function startHealthProcess(options: HealthProcessOptions): Promise<HealthProcess> {
  return HealthProcess.start(options)
}
