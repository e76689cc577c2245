import { setTimeout as delay } from 'node:timers/promises'
import type { SpeakerEvent } from '@skep/vrrp'
import type { Logger } from '@skep/daemon'
import type { Config } from '../config/config.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { Connection, endAnnouncer } from './ask.ts'
import { desiredRouters } from './desired.ts'
import { type FromAnnouncer, release } from './process/messages.ts'
import { spawnAnnouncer } from './process/spawn.ts'
import type { DesiredRouter } from './router.ts'

const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 5000

/**
 * The control plane's end of the announcer, a process of its own that goes on when this one ends. It runs while the
 * configuration announces anything; it is adopted, and started again when it dies.
 */
export class Announcer implements AsyncDisposable {
  readonly #paths: InstancePaths
  readonly #log: Logger
  readonly #closing = new AbortController()
  #desired: readonly DesiredRouter[] = []
  #sent = ''
  #connection: Connection | undefined
  #running: Promise<void> = Promise.resolve()
  #isRunning = false

  constructor(paths: InstancePaths, log: Logger) {
    this.#paths = paths
    this.#log = log
  }

  /** What is to be announced, now that the tables have it. Safe to call in every round. */
  want(weighed: Pick<Config, 'services' | 'announce'>): void {
    const desired = desiredRouters(weighed)
    const text = JSON.stringify(desired)
    if (text === this.#sent) return
    this.#sent = text
    this.#desired = desired
    this.#say()
    // The first time also for nothing: a configuration of before may have left one running.
    if (!this.#isRunning) this.#running = this.#keep()
  }

  /** Disconnects; the announcer goes on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    this.#connection?.[Symbol.dispose]()
    await this.#running
  }

  #say(): void {
    const routers = this.#desired
    this.#connection?.send(routers.length > 0 ? { type: 'desired', routers } : { type: 'stop', handover: false })
  }

  /** Connection after connection, while there is anything to announce. */
  async #keep(): Promise<void> {
    this.#isRunning = true
    await this.#endUnwanted()
    for (let retryMs = FIRST_RETRY_MS; this.#isWanted(); retryMs = Math.min(2 * retryMs, LAST_RETRY_MS)) {
      try {
        const connection = await this.#open()
        retryMs = FIRST_RETRY_MS
        await this.#use(connection)
      } catch (error) {
        this.#log.error({ err: error, retryMs }, 'addresses cannot be announced; trying again')
      }
      if (this.#isWanted()) await delay(retryMs, undefined, { signal: this.#closing.signal }).catch(() => {})
    }
    this.#isRunning = false
  }

  #isWanted(): boolean {
    return this.#desired.length > 0 && !this.#closing.signal.aborted
  }

  async #endUnwanted(): Promise<void> {
    if (this.#desired.length > 0) return
    const pid = await endAnnouncer(this.#paths.announcer)
    if (pid !== undefined) this.#log.info({ pid }, 'announcer ended: nothing is to be announced')
  }

  async #open(): Promise<Connection> {
    const running = await Connection.open(this.#paths.announcer)
    if (running?.hello.release === release) return running
    if (running !== undefined) {
      this.#log.info({ release: running.hello.release }, 'announcer of another release is replaced')
      running.send({ type: 'stop', handover: true })
      await running.listen(() => {})
      running[Symbol.dispose]()
    }
    await spawnAnnouncer(this.#paths)
    const started = await Connection.open(this.#paths.announcer)
    if (started === undefined) throw new Error(`nobody answers on ${this.#paths.announcer}`)
    return started
  }

  async #use(connection: Connection): Promise<void> {
    using _connection = connection
    if (this.#closing.signal.aborted) return
    this.#connection = connection
    this.#log.info({ pid: connection.hello.pid }, 'announcer connected')
    this.#say()
    await connection.listen((message) => this.#hear(message))
    this.#connection = undefined
    if (this.#isWanted()) this.#log.warn('announcer lost; it is started again')
  }

  #hear(message: FromAnnouncer): void {
    if (message.type !== 'event') return
    const { router, what } = message
    this.#log[levelOf(what)]({ router }, sentence(what))
  }
}

function levelOf({ event }: SpeakerEvent): 'info' | 'warn' {
  return event === 'state' ? 'info' : 'warn'
}

function sentence(what: SpeakerEvent): string {
  if (what.event === 'state') return `announce: ${what.from} → ${what.to}: ${what.why}`
  return `announce: ${what.event}: ${what.reason}`
}
