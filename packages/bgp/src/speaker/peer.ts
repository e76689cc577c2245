import type { PeerView } from '../export/view.ts'
import type { SessionConfig } from '../session/config.ts'
import { step } from '../session/machine.ts'
import type { Negotiated } from '../session/negotiate.ts'
import {
  establishedWay,
  givesWay,
  initialState,
  nameOf,
  type SessionAction,
  type SessionEvent,
  type SessionState,
  type TimerName,
  type Way,
} from '../session/state.ts'
import type { ErrorCode } from '../wire/error.ts'
import { afiOf, type Family, UNICAST } from '../wire/family.ts'
import { encodeKeepalive } from '../wire/message.ts'
import { encodeNotification } from '../wire/notification.ts'
import { encodeOpen } from '../wire/open/open.ts'
import { encodeRouteRefresh } from '../wire/route-refresh.ts'
import type { DecodedUpdate } from '../wire/update.ts'
import { Connection } from './connection.ts'
import { PeerAddress } from './peer-address.ts'
import { DEFAULT_MAX_PREFIXES, hopsOf, type PeerConfig, sessionOf, targetOf } from './peer-config.ts'
import { RouteReceiver } from './receiver.ts'
import { Sender } from './sender.ts'
import { viewOf } from './peer-view.ts'
import type { LastError, PeerStatus } from './status.ts'
import type { Surroundings } from './surroundings.ts'
import { statusOf } from './peer-status.ts'
import { TimerSet } from './timer-set.ts'
import type { Incoming, Link, Target } from './transport.ts'

/** One neighbour: its session's machine, and what that one asks to be done. */
export class Peer {
  readonly config: PeerConfig
  readonly address: PeerAddress
  readonly received: RouteReceiver = new RouteReceiver()
  readonly #around: Surroundings
  readonly #session: SessionConfig
  readonly #timers: TimerSet<TimerName>
  readonly #connections: Partial<Record<Way, Connection>> = {}
  #state: SessionState = initialState
  #since: number
  #attempt: AbortController | undefined
  #sender: Sender | undefined
  #negotiated: Negotiated | undefined
  #flaps = 0
  #badUpdates = 0
  #lastError: LastError | undefined

  /** `moved`: the peer is elsewhere than before. */
  constructor(config: PeerConfig, around: Surroundings, moved: (before: string | undefined) => void) {
    this.config = config
    this.#around = around
    this.address = new PeerAddress(config, around, (before) => {
      moved(before)
      this.#on({ event: 'timer', timer: 'connect-retry' })
    })
    this.#session = sessionOf(config, around.local)
    this.#since = around.timers.now()
    this.#timers = new TimerSet(around.timers, (timer) => this.#on({ event: 'timer', timer }))
  }

  get status(): PeerStatus {
    const { config } = this
    const way = establishedWay(this.#state)
    return statusOf({
      config,
      address: this.address.now,
      state: nameOf(this.#state),
      since: this.#since,
      flaps: this.#flaps,
      badUpdates: this.#badUpdates,
      lastError: this.#lastError,
      local: way && this.#connections[way]?.local,
      negotiated: way && this.#negotiated,
      sender: this.#sender,
      received: this.received,
    })
  }

  /** How routes look to this peer; `undefined` while there is no session. */
  get view(): PeerView | undefined {
    const way = establishedWay(this.#state)
    const connection = way && this.#connections[way]
    return (
      connection && this.#negotiated && viewOf(this.config, this.#session, this.#around, connection, this.#negotiated)
    )
  }

  /** Whether the peer has been told of the prefix. */
  hasTold(family: Family, id: number): boolean {
    return this.#sender?.has(family, id) ?? false
  }

  start(restarting: boolean): void {
    this.address.watch()
    this.#on({ event: 'start', restarting })
  }

  /** Without a notification the connection just closes, and a peer that can keeps our routes. */
  stop(why: string, notification: ErrorCode | undefined): void {
    this.address[Symbol.dispose]()
    this.#on({ event: 'stop', why, notification })
  }

  reset(why: string, notification: ErrorCode): void {
    this.#on({ event: 'reset', why, notification })
  }

  /** The peer has connected to us. */
  accept(incoming: Incoming): void {
    const before = this.#state.in
    if (before) {
      if (!givesWay(before)) return incoming[Symbol.dispose]()
      this.#connections.in?.close(false)
      this.#on({ event: 'closed', way: 'in', why: 'the peer has connected anew' })
    }
    this.#connected('in', incoming.take(hopsOf(this.config, this.#around.local)))
  }

  /** All routes that there are to be first are there. */
  complete(): void {
    this.#sender?.complete()
  }

  /** What decides for all peers has changed: routes are chosen again. */
  review(): void {
    if (this.view) this.#sender?.review(this.view)
  }

  /** Asks the peer to send its routes again (RFC 2918); false where it cannot. */
  requestRefresh(): boolean {
    const way = establishedWay(this.#state)
    if (way === undefined || this.#negotiated?.routeRefresh !== true) return false
    for (const family of this.#negotiated.families)
      this.#connections[way]?.write(encodeRouteRefresh({ afi: afiOf(family), safi: UNICAST, kind: 'request' }))
    return true
  }

  #on(event: SessionEvent): void {
    const before = nameOf(this.#state)
    const { state, actions } = step(this.#state, event, { config: this.#session, random: this.#around.random })
    this.#state = state
    if (nameOf(state) !== before) this.#since = this.#around.timers.now()
    for (const action of actions) this.#do(action)
  }

  #do(action: SessionAction): void {
    switch (action.do) {
      case 'connect':
        return void this.#connect()
      case 'abandon':
        return this.#attempt?.abort()
      case 'send-open':
        return this.#write(action.way, encodeOpen(action.open))
      case 'send-keepalive':
        return this.#write(action.way, encodeKeepalive())
      case 'notify':
        return this.#connections[action.way]?.sayLast(encodeNotification(action.notification))
      case 'close':
        return this.#close(action.way)
      case 'start-timer':
        return this.#timers.start(action.timer, action.ms)
      case 'stop-timer':
        return this.#timers.stop(action.timer)
      case 'up':
        return this.#up(action.way, action.negotiated)
      case 'down':
        return this.#down(action.keep)
      case 'flush':
        return this.received.flush(action.families)
      case 'update':
        return this.#update(action.update)
      case 'refresh':
        return this.#refresh(action.refresh)
      case 'tell':
        return this.#tell(action.what, action.error)
    }
  }

  async #connect(): Promise<void> {
    const attempt = new AbortController()
    this.#attempt = attempt
    try {
      const link = await this.#around.transport.connect(this.#target(), attempt.signal)
      if (attempt.signal.aborted) link.stream.destroy()
      else this.#connected('out', link)
    } catch (error) {
      if (!attempt.signal.aborted) this.#on({ event: 'connect-failed', why: (error as Error).message })
    }
  }

  #target(): Target {
    const { now, missing } = this.address
    if (now === undefined) throw new Error(missing)
    return targetOf(this.config, now, this.#around.local)
  }

  #connected(way: Way, link: Link): void {
    const connection = new Connection(link, this.#around.timers, {
      message: (message) => {
        if (message.type === 'open') connection.context = this.#contextOf(message.open.capabilities.as4)
        this.#on({ event: 'message', way, message })
      },
      broken: (error) => this.#on({ event: 'broken', way, error }),
      closed: (why) => this.#on({ event: 'closed', way, why }),
    })
    this.#connections[way] = connection
    this.#around.connections.add(connection)
    void connection.closed.then(() => this.#around.connections.delete(connection))
    this.#on({ event: 'connected', way })
  }

  #contextOf(as4: number | undefined): { as4: boolean; external: boolean } {
    return { as4: as4 !== undefined, external: this.#session.localAsn !== this.#session.peerAsn }
  }

  #write(way: Way, bytes: Uint8Array): void {
    this.#connections[way]?.write(bytes)
  }

  #close(way: Way): void {
    this.#connections[way]?.close(true)
    delete this.#connections[way]
  }

  #up(way: Way, negotiated: Negotiated): void {
    const connection = this.#connections[way]!
    this.#negotiated = negotiated
    const { rib, shared } = this.#around
    this.#sender = new Sender(
      rib,
      viewOf(this.config, this.#session, this.#around, connection, negotiated),
      negotiated,
      connection,
      shared.complete,
    )
  }

  #down(keep: readonly Family[]): void {
    this.#flaps++
    this.#negotiated = undefined
    this.#sender?.[Symbol.dispose]()
    this.#sender = undefined
    this.received.down(keep)
  }

  #update(update: DecodedUpdate): void {
    if (update.errors.length > 0) {
      this.#badUpdates++
      this.#tell(update.errors.map(({ handling, message }) => `UPDATE: ${message} (${handling})`).join('; '), true)
    }
    const limit = this.config.maxPrefixes ?? DEFAULT_MAX_PREFIXES
    const excess = this.received.update(update, this.#negotiated!, limit)
    if (excess) {
      const why = `the peer sends more than ${limit} prefixes: the session stays down until it is reset`
      this.#on({ event: 'stop', why, notification: excess, error: true })
    } else if (update.endOfRib) this.#on({ event: 'end-of-rib', family: update.endOfRib })
  }

  #refresh(refresh: Extract<SessionAction, { readonly do: 'refresh' }>['refresh']): void {
    if (refresh.kind !== 'request') return this.received.refresh(refresh)
    for (const family of this.#negotiated?.families ?? [])
      if (refresh.safi === UNICAST && refresh.afi === afiOf(family)) this.#sender?.refresh(family)
  }

  #tell(what: string, error: boolean): void {
    if (error) this.#lastError = { what, at: this.#around.timers.now() }
    this.#around.tell({ peer: this.config.name, what, error })
  }
}
