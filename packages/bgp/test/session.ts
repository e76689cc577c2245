import type { SessionConfig } from '../src/session/config.ts'
import { step } from '../src/session/machine.ts'
import { openFor } from '../src/session/negotiate.ts'
import {
  initialState,
  type SessionAction,
  type SessionEvent,
  type SessionState,
  type Way,
} from '../src/session/state.ts'
import type { Message } from '../src/wire/decode.ts'
import type { Open } from '../src/wire/open/open.ts'

export const config: SessionConfig = {
  localAsn: 65001,
  peerAsn: 65000,
  identifier: '10.0.0.1',
  holdTime: 90,
  connectRetry: 10,
  passive: false,
  families: ['ipv4', 'ipv6'],
  extendedNextHop: true,
  gracefulRestart: 120,
}

/** The other side's configuration. */
export const peerConfig: SessionConfig = { ...config, localAsn: 65000, peerAsn: 65001, identifier: '10.0.0.254' }

/** The OPEN that the peer sends. `restarted`: it says that it has, and has gone on forwarding. */
export function peerOpen(changes: Partial<SessionConfig> = {}, restarted = false): Open {
  const open = openFor({ ...peerConfig, ...changes }, restarted)
  const { gracefulRestart } = open.capabilities
  if (gracefulRestart === undefined) return open
  const families = gracefulRestart.families.map((family) => ({ ...family, forwarding: restarted }))
  return { ...open, capabilities: { ...open.capabilities, gracefulRestart: { ...gracefulRestart, families } } }
}

/** A session's machine with what it did last. */
export class Machine {
  state: SessionState = initialState
  last: readonly SessionAction[] = []
  readonly config: SessionConfig

  constructor(changes: Partial<SessionConfig> = {}, base: SessionConfig = config) {
    this.config = { ...base, ...changes }
  }

  on(event: SessionEvent): readonly SessionAction[] {
    const { state, actions } = step(this.state, event, { config: this.config, random: () => 1 })
    this.state = state
    this.last = actions
    return actions
  }

  hear(way: Way, message: Message): readonly SessionAction[] {
    return this.on({ event: 'message', way, message })
  }

  /** Up, by a connection of ours. */
  up(open: Open = peerOpen()): this {
    this.on({ event: 'start' })
    this.on({ event: 'connected', way: 'out' })
    this.hear('out', { type: 'open', open })
    this.hear('out', { type: 'keepalive' })
    return this
  }

  /** What it did last, in short. */
  get did(): string[] {
    return this.last.filter((one) => one.do !== 'tell').map(short)
  }

  get said(): string[] {
    return this.last.flatMap((one) => (one.do === 'tell' ? [one.what] : []))
  }
}

function short(action: SessionAction): string {
  const { do: verb, ...rest } = action
  if (verb === 'notify') return `notify ${action.way} ${action.notification.code}/${action.notification.subcode}`
  if ('timer' in action) return `${verb} ${action.timer}${'ms' in action ? ` ${action.ms}` : ''}`
  if ('way' in action) return `${verb} ${action.way}`
  if ('keep' in action) return `${verb} keep ${action.keep.join(',')}`
  return 'families' in action
    ? `${verb} ${action.families.join(',')}`
    : `${verb}${Object.keys(rest).length ? ' …' : ''}`
}
