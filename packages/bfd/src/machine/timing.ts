import type { SessionParameters } from './config.ts'
import type { Intervals, Moment, SessionState } from './state.ts'

/** While a session is not up, no side sends faster (RFC 5880, 6.8.3). */
const SLOW_US = 1_000_000

/** What the packets of a session say, in µs. */
export function intervalsOf({ transmitMs, receiveMs }: SessionParameters, isUp: boolean): Intervals {
  const minTx = Math.round(transmitMs * 1000)
  return { minTx: isUp ? minTx : Math.max(minTx, SLOW_US), minRx: Math.round(receiveMs * 1000) }
}

/** How often packets are sent, in µs; `undefined`: not at all by themselves (6.8.7). */
export function transmitInterval({ passive }: SessionParameters, state: SessionState): number | undefined {
  const { remote, used, name, poll } = state
  if (passive && remote.discriminator === 0) return undefined
  if (remote.minRx === 0) return undefined
  const isAsked = poll !== 'no'
  if (remote.demand && name === 'up' && remote.state === 'up' && !isAsked) return undefined
  return Math.max(used.minTx, remote.minRx)
}

/** The peer counts as gone after so long without a packet, in µs (6.8.4). */
export function detectionTime({ remote, used }: SessionState): number {
  return remote.multiplier * Math.max(used.minRx, remote.minTx)
}

/** The state with the next transmission where it belongs; one that is scheduled stays as long as the interval does. */
export function scheduled(parameters: SessionParameters, state: SessionState, moment: Moment): SessionState {
  const every = transmitInterval(parameters, state)
  if (every === undefined) return { ...state, transmitAt: undefined, transmitEvery: undefined }
  if (every === state.transmitEvery && state.transmitAt !== undefined) return state
  const last = state.sentAt ?? moment.now
  return { ...state, transmitEvery: every, transmitAt: last + jittered(every, parameters.multiplier, moment) / 1000 }
}

/** 75 to 100 % of it, and no more than 90 % where a single missing packet counts (6.8.7). */
function jittered(interval: number, multiplier: number, { random }: Moment): number {
  return interval * (0.75 + random() * (multiplier === 1 ? 0.15 : 0.25))
}
