import { randomInt } from 'node:crypto'
import { type NamespaceReference, SocketError, type UdpDatagram } from 'sockets-ts'
import { type Clock, hostClock } from '../clock.ts'
import { BfdError } from '../error.ts'
import { detectionTime } from '../machine/timing.ts'
import { type ControlPacket, decodeControlPacket, type Discard, type StateName } from '../wire/control-packet.ts'
import { Receivers } from './receivers.ts'
import type { SessionReport } from './report.ts'
import { HOPS } from './sender.ts'
import { Session, type SessionSurroundings } from './session.ts'
import { type SessionConfig, sessionConfig, sessionKey, type SessionOptions } from './session-config.ts'

const RETRY_MS = 1000

export interface SpeakerOptions {
  /** The network namespace; by default the calling thread's. */
  readonly namespace?: NamespaceReference | undefined
  /** A session has changed its state. */
  readonly onChange?: ((report: SessionReport, from: StateName) => void) | undefined
  readonly clock?: Clock | undefined
}

/** What a speaker knew in a process that is gone. */
export interface KnownSessions {
  readonly reports: readonly SessionReport[]
  /** When it was last seen alive, on the host's monotonic clock. */
  readonly aliveAt: number
}

/**
 * BFD on this host, or in a namespace: all sessions, and the sockets that they share. It runs on the event loop of the
 * caller: a loop that is busy for long makes peers go down, so give it a process of its own ({@link startBfdProcess}).
 */
export class BfdSpeaker implements Disposable {
  readonly #options: SpeakerOptions
  readonly #clock: Clock
  readonly #receivers: Receivers
  readonly #around: SessionSurroundings
  readonly #sessions = new Map<string, Session>()
  readonly #byDiscriminator = new Map<number, Session>()
  readonly #discards = new Map<Discard, number>()
  #problem: string | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: SpeakerOptions = {}) {
    this.#options = options
    this.#clock = options.clock ?? hostClock
    this.#receivers = new Receivers({
      namespace: options.namespace,
      heard: (datagram, isMultihop) => this.#hear(datagram, isMultihop),
      failed: () => this.#listen(),
    })
    this.#around = {
      clock: this.#clock,
      namespace: options.namespace,
      drain: () => this.#receivers.drain(),
      changed: (session, from) => this.#options.onChange?.(this.#report(session), from),
    }
  }

  /**
   * All sessions that are wanted. Those that stay go on, with their new parameters; those that are left out tell their
   * peers that they end on purpose. Throws `INVALID_INPUT`, and nothing is done, for a session that cannot be.
   *
   * `known`: a session that was up there a moment ago goes on as if nothing had been, before its peer has missed it.
   */
  apply(wanted: readonly SessionOptions[], known?: KnownSessions): void {
    if (this.#closed) throw new BfdError('CLOSED', 'apply BFD sessions', 'the speaker is closed; make another one')
    const configs = new Map(wanted.map((each) => sessionConfig(each)).map((config) => [sessionKey(config), config]))
    for (const [key, session] of this.#sessions) if (!configs.has(key)) this.#remove(session)
    const fresh = [...configs].filter(([key]) => !this.#sessions.has(key)).map(([, config]) => config)
    for (const config of configs.values()) this.#sessions.get(sessionKey(config))?.configure(config)
    const added = fresh.map((config) => this.#add(config, known))
    this.#listen()
    for (const session of added) session.start()
    // What differs from before is told after it has come to life.
    for (const session of added) session.configure(session.config)
  }

  /** Every session as it is. */
  reports(): SessionReport[] {
    return [...this.#sessions.values()].map((session) => this.#report(session))
  }

  /** Packets that were not taken, by reason. */
  discards(): Readonly<Partial<Record<Discard, number>>> {
    return Object.fromEntries(this.#discards)
  }

  /** Ends all sessions, and tells the peers that it is on purpose. */
  stop(): void {
    for (const session of this.#sessions.values()) session.end()
    this[Symbol.dispose]()
  }

  /** Ends without a word: peers go down when their detection time is over, unless another process goes on before. */
  [Symbol.dispose](): void {
    this.#closed = true
    clearTimeout(this.#retry)
    for (const session of this.#sessions.values()) session[Symbol.dispose]()
    this.#receivers[Symbol.dispose]()
  }

  #add(config: SessionConfig, known: KnownSessions | undefined): Session {
    const before = this.#resumable(sessionKey(config), known)
    const discriminator = before?.state.discriminator ?? this.#freeDiscriminator()
    const session = new Session(config, this.#around, { discriminator, before })
    this.#sessions.set(session.key, session)
    this.#byDiscriminator.set(discriminator, session)
    return session
  }

  #remove(session: Session): void {
    this.#sessions.delete(session.key)
    this.#byDiscriminator.delete(session.discriminator)
    session.end()
  }

  /** The peer has not missed what was up less than its detection time ago. */
  #resumable(key: string, known: KnownSessions | undefined): SessionReport | undefined {
    const report = known?.reports.find((each) => each.key === key)
    if (known === undefined || report?.state.name !== 'up') return undefined
    if (this.#byDiscriminator.has(report.state.discriminator)) return undefined
    const { multiplier } = report.config
    const peerDetectsMs = (multiplier * Math.max(report.state.used.minTx, report.state.remote.minRx)) / 1000
    const now = this.#clock.now()
    if (now - known.aliveAt >= peerDetectsMs) return undefined
    const state = { ...report.state, heardAt: now, detectAt: now + detectionTime(report.state) / 1000, transmitAt: now }
    return { ...report, state }
  }

  #freeDiscriminator(): number {
    for (;;) {
      const discriminator = randomInt(1, 2 ** 32)
      if (!this.#byDiscriminator.has(discriminator)) return discriminator
    }
  }

  /** Opens and closes what the sessions need; what cannot be had now is tried again. */
  #listen(): void {
    clearTimeout(this.#retry)
    if (this.#closed) return
    try {
      this.#receivers.want([...this.#sessions.values()].map(({ config }) => config))
      this.#problem = undefined
    } catch (error) {
      if (!(error instanceof SocketError)) throw error
      this.#problem = error.message
      this.#retry = setTimeout(() => this.#listen(), RETRY_MS)
    }
  }

  #report(session: Session): SessionReport {
    const report = session.report()
    return { ...report, problem: this.#problem ?? report.problem }
  }

  #hear(datagram: UdpDatagram, isMultihop: boolean): void {
    // Nothing that a router has passed on is from a neighbour; it is not even looked at (RFC 5881, 5).
    if (!isMultihop && datagram.hops !== HOPS) return this.#discard('hops')
    const packet = decodeControlPacket(datagram.bytes)
    if (typeof packet === 'string') return this.#discard(packet)
    const session = this.#find(packet, datagram, isMultihop)
    if (session === undefined) return this.#discard('no-session')
    if (isMultihop && datagram.hops < session.config.minHops) {
      session.discarded()
      return this.#discard('hops')
    }
    session.hear(packet)
  }

  #find(packet: ControlPacket, datagram: UdpDatagram, isMultihop: boolean): Session | undefined {
    const { yourDiscriminator } = packet
    if (yourDiscriminator !== 0) {
      const session = this.#byDiscriminator.get(yourDiscriminator)
      return session?.config.multihop === isMultihop ? session : undefined
    }
    for (const session of this.#sessions.values())
      if (session.config.multihop === isMultihop && session.isFor(datagram)) return session
    return undefined
  }

  #discard(why: Discard): void {
    this.#discards.set(why, (this.#discards.get(why) ?? 0) + 1)
  }
}
