import { setTimeout as delay } from 'node:timers/promises'
import { CompanionError } from './error.ts'
import { Link, type Read } from './link.ts'

const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 5000
/** A connection that held so long was a good one. */
const SETTLED_MS = 1000
const START_MS = 10_000

export interface KeeperOptions<In, Out> {
  /** What it is, for errors: `health process`. */
  readonly what: string
  readonly socket: string
  readonly read: (line: string) => Read<In>
  /** Starts one. Throws {@link CompanionError}. */
  readonly spawn: () => Promise<void>
  /**
   * A new connection; `isAdopted`: the companion ran already. The keeper has to be told by `greeted` that it is the right
   * one, and waits until the connection ends.
   */
  readonly use: (link: Link<In, Out>, isAdopted: boolean, greeted: () => void) => void
  /** The connection has ended, by whomever. */
  readonly ended: (isClosing: boolean) => void
  /** It cannot be started; tried again after a while. */
  readonly failed: (reason: string, retryMs: number) => void
}

/** Keeps a companion running and connected: adopts it, starts it, and starts it again when it dies. */
export class Keeper<In, Out> {
  readonly #options: KeeperOptions<In, Out>
  readonly #closing = new AbortController()
  #link: Link<In, Out> | undefined
  #isAdopted = true
  #running: Promise<void> = Promise.resolve()

  constructor(options: KeeperOptions<In, Out>) {
    this.#options = options
  }

  /** Resolves when the companion has greeted. Throws {@link CompanionError} NOT_STARTED. */
  async start(): Promise<void> {
    const link = await this.#open()
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const deadline = setTimeout(() => resolve(false), START_MS)
    this.#running = this.#keep(link, () => resolve(true))
    const isGreeted = await promise
    clearTimeout(deadline)
    if (isGreeted) return
    await this.close()
    throw this.#notStarted(`what listens on ${this.#options.socket} is none; end it, or name another socket`)
  }

  get isClosing(): boolean {
    return this.#closing.signal.aborted
  }

  /** Disconnects; the companion goes on. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#link?.close()
    await this.#running
  }

  /** Has the companion end, by this message, and waits until it has let go. */
  async stop(message: Out): Promise<void> {
    this.#closing.abort()
    this.#link?.send(message)
    await this.#link?.closed
    await this.close()
  }

  async #open(): Promise<Link<In, Out>> {
    const { socket, read, spawn } = this.#options
    const running = await Link.open<In, Out>(socket, read)
    this.#isAdopted = running !== undefined
    if (running !== undefined) return running
    await spawn()
    const link = await Link.open<In, Out>(socket, read)
    if (link !== undefined) return link
    throw this.#notStarted(`nobody answers on ${socket}`)
  }

  /** Connection after connection, until closed; slower when they do not hold. */
  async #keep(first: Link<In, Out>, greeted: () => void): Promise<void> {
    let retryMs = FIRST_RETRY_MS
    for (let link: Link<In, Out> | undefined = first; !this.isClosing; link = await this.#reopen(retryMs)) {
      const since = performance.now()
      if (link !== undefined) await this.#use(link, greeted)
      const isSettled = link !== undefined && performance.now() - since >= SETTLED_MS
      if (!isSettled) await this.#pause(retryMs)
      retryMs = isSettled ? FIRST_RETRY_MS : Math.min(2 * retryMs, LAST_RETRY_MS)
    }
  }

  async #use(link: Link<In, Out>, greeted: () => void): Promise<void> {
    this.#link = link
    this.#options.use(link, this.#isAdopted, greeted)
    if (this.isClosing) link.close()
    await link.closed
    this.#link = undefined
    this.#options.ended(this.isClosing)
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#closing.signal }).catch(() => {})
  }

  async #reopen(retryMs: number): Promise<Link<In, Out> | undefined> {
    if (this.isClosing) return undefined
    try {
      return await this.#open()
    } catch (error) {
      this.#options.failed((error as Error).message, retryMs)
      return undefined
    }
  }

  #notStarted(message: string): CompanionError {
    return new CompanionError('NOT_STARTED', `start the ${this.#options.what}`, message)
  }
}
