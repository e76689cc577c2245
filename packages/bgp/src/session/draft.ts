import type { ErrorCode } from '../wire/error.ts'
import type { Family } from '../wire/family.ts'
import type { SessionContext } from './machine.ts'
import {
  type Connection,
  establishedWay,
  type SessionAction,
  type SessionState,
  type Stepped,
  type Way,
} from './state.ts'

const KEEPALIVES_PER_HOLD = 3

/** A step in the making: the state so far, and what is to be done. */
export class Draft {
  readonly context: SessionContext
  #state: SessionState
  readonly #actions: SessionAction[] = []

  constructor(state: SessionState, context: SessionContext) {
    this.#state = state
    this.context = context
  }

  get state(): SessionState {
    return this.#state
  }

  set(changes: Partial<SessionState>): void {
    this.#state = { ...this.#state, ...changes }
  }

  act(action: SessionAction): void {
    this.#actions.push(action)
  }

  tell(what: string, error = false): void {
    this.act({ do: 'tell', what, error })
  }

  done(): Stepped {
    return { state: this.#state, actions: this.#actions }
  }

  /** The connection whose session is up. */
  established(): Connection | undefined {
    const way = establishedWay(this.#state)
    return way && this.#state[way]
  }

  /** Connects, unless it is for the peer to do so or there is a connection. */
  tryConnect(): void {
    const { enabled, connecting, out } = this.#state
    if (!enabled || connecting || out || this.context.config.passive || this.established()) return
    this.set({ connecting: true })
    this.act({ do: 'connect' })
  }

  /** Waits for the next try, where no connection is left. */
  retryLater(): void {
    const { enabled, connecting, out, in: incoming } = this.#state
    if (!enabled || connecting || out || incoming || this.context.config.passive) return
    this.act({ do: 'start-timer', timer: 'connect-retry', ms: this.#jitter(this.context.config.connectRetry) })
  }

  /** Closes a connection, with a last word or without; a session that was up is down. */
  end(way: Way, notification: ErrorCode | undefined, keep: readonly Family[] = []): void {
    const up = this.#state[way]?.phase === 'established'
    if (notification) this.act({ do: 'notify', way, notification })
    this.act({ do: 'close', way })
    this.act({ do: 'stop-timer', timer: `hold-${way}` })
    this.act({ do: 'stop-timer', timer: `keepalive-${way}` })
    this.set({ [way]: undefined })
    if (!up) return
    this.act({ do: 'stop-timer', timer: 'stale' })
    this.set({ kept: keep })
    this.act({ do: 'down', keep })
  }

  /** Drops routes that were kept. */
  flush(families: readonly Family[]): void {
    const gone = this.#state.kept.filter((family) => families.includes(family))
    if (gone.length === 0) return
    this.set({ kept: this.#state.kept.filter((family) => !gone.includes(family)) })
    this.act({ do: 'flush', families: gone })
  }

  holdTimer(way: Way, seconds: number): void {
    if (seconds > 0) this.act({ do: 'start-timer', timer: `hold-${way}`, ms: seconds * 1000 })
    else this.act({ do: 'stop-timer', timer: `hold-${way}` })
  }

  keepaliveTimer(way: Way, holdSeconds: number): void {
    if (holdSeconds === 0) return
    this.act({ do: 'start-timer', timer: `keepalive-${way}`, ms: this.#jitter(holdSeconds / KEEPALIVES_PER_HOLD) })
  }

  /** RFC 4271, section 10: 75 to 100 percent, so that many speakers do not act as one. */
  #jitter(seconds: number): number {
    return Math.round(seconds * 1000 * (0.75 + 0.25 * this.context.random()))
  }
}
