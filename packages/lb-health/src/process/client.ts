import { setTimeout as delay } from 'node:timers/promises'
import { backendKey, type DesiredService } from '../check/desired.ts'
import { type Clock, hostClock } from '../clock.ts'
import { HealthError } from '../error.ts'
import type { HealthRecord } from '../record.ts'
import type { SchedulerStats } from '../schedule/scheduler.ts'
import type { ServiceHealth } from '../state/decide.ts'
import { Link } from './link.ts'
import type { FromProcess } from './messages.ts'
import { release } from './release.ts'
import { spawnHealth, type SpawnOptions } from './spawn.ts'
import { View } from './view.ts'

const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 5000
/** A connection that held so long was a good one. */
const SETTLED_MS = 1000
const START_MS = 10_000

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
  readonly #closing = new AbortController()
  #link: Link | undefined
  #pid: number | undefined
  #generation = 0
  /** What the process has forgotten, or never knew. */
  #known: HealthRecord[] = []
  #wanted = false
  #spawned = false
  #stats: SchedulerStats | undefined
  #ramp: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  private constructor(options: HealthProcessOptions) {
    this.#options = options
    this.#clock = options.clock ?? hostClock
    this.#view = new View(this.#clock)
  }

  /** Adopts the process that listens on the socket, or starts one. Throws {@link HealthError} when that cannot be done. */
  static async start(options: HealthProcessOptions): Promise<HealthProcess> {
    const health = new HealthProcess(options)
    const link = await health.#open()
    const { promise: connected, resolve } = Promise.withResolvers<boolean>()
    const deadline = setTimeout(() => resolve(false), START_MS)
    health.#running = health.#keep(link, () => resolve(true))
    const isConnected = await connected
    clearTimeout(deadline)
    if (isConnected) return health
    await health.close()
    throw notStarted(`what listens on ${options.socket} is not a health process; end it, or name another socket`)
  }

  /** Of the process that answers now. */
  get pid(): number | undefined {
    return this.#pid
  }

  /** All that is wanted, whole. What is known of backends that stay is kept. */
  apply(services: readonly DesiredService[]): void {
    if (this.#closing.signal.aborted)
      throw new HealthError('CLOSED', 'apply health checks', 'the connection was closed')
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
    this.#closing.abort()
    clearTimeout(this.#ramp)
    this.#link?.close()
    await this.#running
  }

  /** Ends the process too. */
  async stop(): Promise<void> {
    this.#closing.abort()
    this.#link?.send({ type: 'stop' })
    await this.#link?.closed
    await this.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #open(): Promise<Link> {
    const running = await Link.open(this.#options.socket)
    this.#spawned = running === undefined
    if (running !== undefined) return running
    await spawnHealth(this.#options)
    const link = await Link.open(this.#options.socket)
    if (link !== undefined) return link
    throw notStarted(`nobody answers on ${this.#options.socket}`)
  }

  /** Connection after connection, until closed; slower when they do not hold. */
  async #keep(first: Link, connected: () => void): Promise<void> {
    let retryMs = FIRST_RETRY_MS
    for (let link: Link | undefined = first; !this.#closing.signal.aborted; link = await this.#reopen(retryMs)) {
      const since = this.#clock.now()
      if (link !== undefined) await this.#use(link, connected)
      this.#link = undefined
      this.#pid = undefined
      this.#stats = undefined
      const held = link !== undefined && this.#clock.now() - since >= SETTLED_MS
      if (!held) await this.#pause(retryMs)
      retryMs = held ? FIRST_RETRY_MS : Math.min(2 * retryMs, LAST_RETRY_MS)
    }
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#closing.signal }).catch(() => {})
  }

  async #reopen(retryMs: number): Promise<Link | undefined> {
    if (this.#closing.signal.aborted) return undefined
    try {
      return await this.#open()
    } catch (error) {
      this.#event({ event: 'failed', reason: (error as Error).message, retryMs })
      return undefined
    }
  }

  /** Until the connection ends. */
  async #use(link: Link, connected: () => void): Promise<void> {
    let reason = 'the health process ended'
    link.listen(
      (message) => {
        if (message.type === 'hello') reason = this.#greet(link, message, connected) ?? reason
        else this.#hear(message)
      },
      (why) => (reason = `not understood: ${why}`),
    )
    if (this.#closing.signal.aborted) link.close()
    await link.closed
    if (!this.#closing.signal.aborted) this.#event({ event: 'lost', reason })
  }

  #greet(link: Link, hello: FromProcess & { type: 'hello' }, connected: () => void): string | undefined {
    const told = new Set(hello.records.map(nameOf))
    this.#known = this.#view.records().filter((record) => !told.has(nameOf(record)))
    this.#tell(this.#view.learn(hello.records))
    if (hello.release !== release) {
      this.#event({ event: 'replaced', pid: hello.pid, release: hello.release })
      link.send({ type: 'stop' })
      return `it was of release ${hello.release}`
    }
    this.#link = link
    this.#pid = hello.pid
    this.#event({ event: 'connected', pid: hello.pid, adopted: !this.#spawned })
    if (this.#wanted) this.#send()
    connected()
    return undefined
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
    if (changed.length > 0 && !this.#closing.signal.aborted) this.#options.onChange(changed)
  }

  #armRamp(): void {
    clearTimeout(this.#ramp)
    const next = this.#view.nextChangeAt
    if (next === undefined || this.#closing.signal.aborted) return
    this.#ramp = setTimeout(() => this.#tell(this.#view.turn()), Math.max(1, Math.ceil(next - this.#clock.now())))
  }

  #event(event: HealthEvent): void {
    this.#options.onEvent?.(event)
  }
}

function notStarted(message: string): HealthError {
  return new HealthError('NOT_STARTED', 'start the health process', message)
}

function nameOf({ service, address, port }: HealthRecord): string {
  return `${service} ${backendKey({ address, port })}`
}

/** Adopts the health process that listens on the socket, or starts one. */
export function startHealthProcess(options: HealthProcessOptions): Promise<HealthProcess> {
  return HealthProcess.start(options)
}
