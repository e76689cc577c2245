import { CompanionError, Keeper, type Link, spawnCompanion } from '@skep/companion'
import { hostClock } from '../clock.ts'
import { BfdError } from '../error.ts'
import type { SessionReport } from '../speak/report.ts'
import { sessionConfig, sessionKey, type SessionOptions } from '../speak/session-config.ts'
import type { StateName } from '../wire/control-packet.ts'
import { Changes } from './changes.ts'
import { bfdCommand } from './command.ts'
import { type FromProcess, readFromProcess, type ToProcess } from './messages.ts'
import { release } from './release.ts'

/** What an operator's log should have. */
export type BfdEvent =
  /** `pid` answers; `adopted`: it ran before this control plane did; `runs`: how it is scheduled, and why not in real time. */
  | { readonly event: 'connected'; readonly pid: number; readonly adopted: boolean; readonly runs: string }
  /** It is of another release: a new one takes its sessions over, and none goes down. */
  | { readonly event: 'replaced'; readonly pid: number; readonly release: string }
  /** It is gone, or cannot be trusted; a new one is started. */
  | { readonly event: 'lost'; readonly reason: string }
  /** It cannot be started; tried again after a while. */
  | { readonly event: 'failed'; readonly reason: string; readonly retryMs: number }
  /** It did not take what was wanted, and goes on as before. */
  | { readonly event: 'refused'; readonly reason: string }

/** A session has another state than before. */
export interface SessionChange {
  readonly session: SessionReport
  /** `undefined`: it is new here. */
  readonly from: StateName | undefined
}

export interface BfdProcessOptions {
  /** The unix socket of the process; only its owner may use it. */
  readonly socket: string
  readonly onChange?: ((change: SessionChange) => void) | undefined
  readonly onEvent?: ((event: BfdEvent) => void) | undefined
  /** A file that the process's stderr is appended to; by default nowhere. */
  readonly logFile?: string | undefined
  /** Program and first arguments; by default {@link bfdCommand}. */
  readonly command?: readonly string[] | undefined
  /** After so long without a control plane the process ends, and tells the peers; 0 = never. By default an hour. */
  readonly orphanSeconds?: number | undefined
}

/** The control plane's end of a BFD process, which it starts, adopts, and starts again when it dies. */
export class BfdProcess implements AsyncDisposable {
  readonly #options: BfdProcessOptions
  readonly #keeper: Keeper<FromProcess, ToProcess>
  readonly #changes = new Changes<SessionChange>()
  #sessions = new Map<string, SessionReport>()
  #wanted: readonly SessionOptions[] | undefined
  #link: Link<FromProcess, ToProcess> | undefined
  #pid: number | undefined
  /** When the process before was last seen alive. */
  #lostAt: number | undefined
  #reason = ''
  #asked: PromiseWithResolvers<readonly SessionReport[]> | undefined

  private constructor(options: BfdProcessOptions) {
    this.#options = options
    this.#keeper = new Keeper<FromProcess, ToProcess>({
      what: 'BFD process',
      socket: options.socket,
      read: readFromProcess,
      spawn: () => this.#spawn([]),
      use: (link, isAdopted, greeted) => this.#use(link, isAdopted, greeted),
      ended: (isClosing) => this.#ended(isClosing),
      failed: (reason, retryMs) => options.onEvent?.({ event: 'failed', reason, retryMs }),
    })
  }

  /** Adopts the process that listens on the socket, or starts one. Throws {@link BfdError} NOT_STARTED. */
  static async start(options: BfdProcessOptions): Promise<BfdProcess> {
    const bfd = new BfdProcess(options)
    try {
      await bfd.#keeper.start()
    } catch (error) {
      if (!(error instanceof CompanionError)) throw error
      throw new BfdError('NOT_STARTED', 'start the BFD process', error.problem, { cause: error })
    }
    return bfd
  }

  /** Of the process that answers now. */
  get pid(): number | undefined {
    return this.#pid
  }

  /** All sessions that are wanted. Those that stay go on. Throws `INVALID_INPUT`, and nothing is done, for one that cannot be. */
  apply(sessions: readonly SessionOptions[]): void {
    if (this.#keeper.isClosing) throw new BfdError('CLOSED', 'apply BFD sessions', 'the connection was closed')
    this.#wanted = sessions.map((each) => sessionConfig(each))
    this.#link?.send({ type: 'desired', sessions: this.#wanted })
  }

  /** Every session, as of its last change of state. */
  sessions(): readonly SessionReport[] {
    return [...this.#sessions.values()]
  }

  /** One session, as of its last change of state; `undefined` until the process has it. */
  session(options: SessionOptions): SessionReport | undefined {
    return this.#sessions.get(sessionKey(sessionConfig(options)))
  }

  /** Every session with its counters as they are now. */
  ask(): Promise<readonly SessionReport[]> {
    if (this.#link === undefined) return Promise.resolve(this.sessions())
    this.#asked ??= Promise.withResolvers()
    this.#link.send({ type: 'ask' })
    return this.#asked.promise
  }

  /** Changes of state from now on, until closed or aborted. What a slow reader misses is told by the session's last change. */
  changes(signal?: AbortSignal): AsyncIterable<SessionChange> {
    return this.#changes.stream(signal)
  }

  /** Disconnects. Sessions go on, for the next control plane. */
  async close(): Promise<void> {
    await this.#keeper.close()
    this.#changes.end()
  }

  /** Ends the process too; peers are told that it is on purpose. */
  async stop(): Promise<void> {
    await this.#keeper.stop({ type: 'stop', handover: false })
    this.#changes.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #spawn(more: readonly string[]): Promise<void> {
    const { socket, logFile, command = bfdCommand(), orphanSeconds } = this.#options
    const orphan = orphanSeconds === undefined ? [] : ['--orphan-seconds', String(orphanSeconds)]
    const args = ['--socket', socket, ...orphan, ...more]
    return spawnCompanion({ what: 'BFD process', socket, command, args, logFile })
  }

  #use(link: Link<FromProcess, ToProcess>, isAdopted: boolean, greeted: () => void): void {
    this.#reason = 'the BFD process ended'
    link.listen(
      (message) => {
        if (message.type !== 'hello') return this.#hear(message)
        if (message.release !== release) return this.#replace(link, message)
        this.#greet(link, message, isAdopted)
        greeted()
      },
      (why) => (this.#reason = `not understood: ${why}`),
    )
  }

  #greet(link: Link<FromProcess, ToProcess>, hello: FromProcess & { type: 'hello' }, isAdopted: boolean): void {
    this.#link = link
    this.#pid = hello.pid
    this.#options.onEvent?.({ event: 'connected', pid: hello.pid, adopted: isAdopted, runs: hello.runs })
    const isFresh = hello.sessions.length === 0
    const known =
      isFresh && this.#lostAt !== undefined ? { reports: this.sessions(), aliveAt: this.#lostAt } : undefined
    if (!isFresh || this.#wanted === undefined) this.#learn(hello.sessions)
    if (this.#wanted !== undefined) link.send({ type: 'desired', sessions: this.#wanted, known })
  }

  /** The new one asks the old one for its sessions itself; the connection to the old one ends by that. */
  #replace(link: Link<FromProcess, ToProcess>, { pid, release: other }: FromProcess & { type: 'hello' }): void {
    this.#options.onEvent?.({ event: 'replaced', pid, release: other })
    this.#reason = `it was of release ${other}`
    this.#spawn(['--take-over']).catch((error: unknown) => {
      this.#reason = (error as Error).message
      link.close()
    })
  }

  #ended(isClosing: boolean): void {
    this.#lostAt = hostClock.now()
    this.#link = undefined
    this.#pid = undefined
    this.#asked?.resolve(this.sessions())
    this.#asked = undefined
    if (!isClosing) this.#options.onEvent?.({ event: 'lost', reason: this.#reason })
  }

  #hear(message: Exclude<FromProcess, { type: 'hello' }>): void {
    switch (message.type) {
      case 'all':
        this.#learn(message.sessions)
        this.#asked?.resolve(message.sessions)
        this.#asked = undefined
        return
      case 'changed':
        return this.#learnOne(message.session)
      case 'refused':
        return this.#options.onEvent?.({ event: 'refused', reason: message.message })
    }
  }

  #learn(reports: readonly SessionReport[]): void {
    const keys = new Set(reports.map(({ key }) => key))
    for (const key of this.#sessions.keys()) if (!keys.has(key)) this.#sessions.delete(key)
    for (const report of reports) this.#learnOne(report)
  }

  #learnOne(session: SessionReport): void {
    const before = this.#sessions.get(session.key)
    this.#sessions.set(session.key, session)
    if (before?.state.name === session.state.name && before.since === session.since) return
    const change = { session, from: before?.state.name }
    this.#options.onChange?.(change)
    this.#changes.tell(change)
  }
}

/** Adopts the BFD process that listens on the socket, or starts one. */
export function startBfdProcess(options: BfdProcessOptions): Promise<BfdProcess> {
  return BfdProcess.start(options)
}
