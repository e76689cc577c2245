import { type NamespaceReference, SocketError } from 'sockets-ts'
import type { Clock } from '../clock.ts'
import { initialState, nextTick, step } from '../machine/machine.ts'
import type { Moment, SessionEvent, SessionState } from '../machine/state.ts'
import { type ControlPacket, encodeControlPacket, type StateName } from '../wire/control-packet.ts'
import type { SessionCounters, SessionReport } from './report.ts'
import { Sender } from './sender.ts'
import { type SessionConfig, sessionKey } from './session-config.ts'

/** The last word to a peer goes out so often: who misses it has to wait until the detection time is over. */
const LAST_WORDS = 3

const noCounters: SessionCounters = { sent: 0, received: 0, discarded: 0, unsent: 0, ups: 0, downs: 0, latestMs: 0 }

export interface SessionSurroundings {
  readonly clock: Clock
  readonly namespace?: NamespaceReference | undefined
  /** Hears what waits in the kernel: a peer is not gone as long as its packets lie there. */
  readonly drain: () => void
  readonly changed: (session: Session, from: StateName) => void
}

/** What a session begins with. */
export interface SessionStart {
  readonly discriminator: number
  /** How it was in a process that is gone; it goes on from there. */
  readonly before?: SessionReport | undefined
}

/** One session: its state machine with timer, sending socket and counters. */
export class Session implements Disposable {
  readonly key: string
  readonly #around: SessionSurroundings
  #config: SessionConfig
  #state: SessionState
  #since: number
  #counters: { -readonly [name in keyof SessionCounters]: number }
  #sender: Sender | undefined
  #port: number
  #problem: string | undefined
  #timer: NodeJS.Timeout | undefined
  #armedFor = Infinity
  #closed = false

  constructor(config: SessionConfig, around: SessionSurroundings, { discriminator, before }: SessionStart) {
    this.key = sessionKey(config)
    this.#config = config
    this.#around = around
    this.#state = before?.state ?? initialState(config, discriminator, this.#moment())
    this.#since = before?.since ?? around.clock.wall()
    this.#counters = { ...noCounters, ...before?.counters }
    this.#port = before?.sourcePort ?? 0
    this.#open()
  }

  get config(): SessionConfig {
    return this.#config
  }

  get discriminator(): number {
    return this.#state.discriminator
  }

  /** Whether a peer's first packet, which names no session, is for this one (RFC 5881, 3; RFC 5883, 4). */
  isFor({ from, to, device }: { readonly from: string; readonly to: string; readonly device: number }): boolean {
    const { peer, source, device: name } = this.#config
    if (peer !== from || (source !== undefined && source !== to)) return false
    return name === undefined || this.#sender?.device === device
  }

  /** Begins, or goes on. */
  start(): void {
    this.#step({ event: 'tick' })
  }

  configure(config: SessionConfig): void {
    this.#config = config
    this.#step({ event: 'configured' })
  }

  hear(packet: ControlPacket): void {
    this.#counters.received++
    this.#step({ event: 'heard', packet })
  }

  /** A packet of this session broke the rules. */
  discarded(): void {
    this.#counters.discarded++
  }

  report(): SessionReport {
    return {
      key: this.key,
      config: this.#config,
      state: this.#state,
      since: this.#since,
      counters: { ...this.#counters },
      sourcePort: this.#port,
      problem: this.#problem,
    }
  }

  /** Tells the peer that it ends on purpose, and ends. */
  end(): void {
    if (this.#closed) return
    const { state, send } = step(
      { ...this.#config, adminDown: true },
      this.#state,
      { event: 'configured' },
      this.#moment(),
    )
    this.#state = state
    for (const packet of send) for (let i = 0; i < LAST_WORDS; i++) this.#send(packet)
    this[Symbol.dispose]()
  }

  /** Ends without a word. */
  [Symbol.dispose](): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#sender?.[Symbol.dispose]()
    this.#sender = undefined
  }

  #moment(): Moment {
    return { now: this.#around.clock.now(), random: Math.random }
  }

  #step(event: SessionEvent): void {
    const before = this.#state
    const { state, send } = step(this.#config, before, event, this.#moment())
    this.#state = state
    for (const packet of send) this.#send(packet)
    this.#arm()
    if (state.name !== before.name) this.#changed(before.name)
  }

  #changed(from: StateName): void {
    this.#since = this.#around.clock.wall()
    if (this.#state.name === 'up') this.#counters.ups++
    if (from === 'up') this.#counters.downs++
    this.#around.changed(this, from)
  }

  #tick(): void {
    const now = this.#around.clock.now()
    this.#counters.latestMs = Math.max(this.#counters.latestMs, now - this.#armedFor)
    this.#armedFor = Infinity
    const { detectAt } = this.#state
    // Late timers come before what has arrived meanwhile.
    if (detectAt !== undefined && detectAt <= now) this.#around.drain()
    if (!this.#closed) this.#step({ event: 'tick' })
  }

  /** A timer that goes off too early is armed again; to move it with every packet would cost more. */
  #arm(): void {
    const next = this.#closed ? undefined : nextTick(this.#state)
    if (next === undefined || next >= this.#armedFor) return
    clearTimeout(this.#timer)
    this.#armedFor = next
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, Math.ceil(next - this.#around.clock.now())))
  }

  #send(packet: ControlPacket): void {
    // A device that was made anew under the same name needs another socket.
    if (this.#problem !== undefined && this.#state.name !== 'up') this.#open()
    if (this.#sender === undefined) return void this.#counters.unsent++
    try {
      this.#sender.send(encodeControlPacket(packet))
      this.#counters.sent++
      this.#problem = undefined
    } catch (error) {
      this.#fail(error)
      this.#counters.unsent++
    }
  }

  #open(): void {
    this.#sender?.[Symbol.dispose]()
    this.#sender = undefined
    try {
      this.#sender = Sender.open(this.#config, this.#around.namespace, this.#port)
      this.#port = this.#sender.port
      this.#problem = undefined
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (!(error instanceof SocketError)) throw error
    this.#problem = error.message
  }
}
