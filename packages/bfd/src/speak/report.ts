import { hostClock } from '../clock.ts'
import type { SessionState } from '../machine/state.ts'
import { detectionTime, transmitInterval } from '../machine/timing.ts'
import type { SessionConfig } from './session-config.ts'

/** Less is what timers are late by on any host. */
const TOLD_FROM_MS = 10

/** What has happened in a session since it was made. */
export interface SessionCounters {
  readonly sent: number
  readonly received: number
  /** Packets of this session that broke the rules. */
  readonly discarded: number
  /** Packets that the kernel refused to send. */
  readonly unsent: number
  /** How often it came up, and how often it was up and went down. */
  readonly ups: number
  readonly downs: number
  /** By how many ms this host was late at worst with what was due: it did not get to run. */
  readonly latestMs: number
}

/** A session as it is. */
export interface SessionReport {
  /** What names it; see {@link sessionKey}. */
  readonly key: string
  readonly config: SessionConfig
  readonly state: SessionState
  /** When it came into its state, in ms since 1970. */
  readonly since: number
  readonly counters: SessionCounters
  /** 0: it has no socket yet. */
  readonly sourcePort: number
  /** Why it cannot run as it should: a device or an address that is not there, a port that is taken. */
  readonly problem?: string | undefined
}

/** A session in one line, at a moment of the host's monotonic clock: `up for 12 s: the peer hears us; sends every 50 ms, detects within 150 ms`. */
export function explainSession(
  { config, state, counters, problem }: SessionReport,
  now: number = hostClock.now(),
): string {
  const seconds = Math.max(0, Math.floor((now - state.since) / 1000))
  const parts = [`${state.name} for ${seconds} s: ${state.why}`]
  if (state.name === 'up') {
    const every = transmitInterval(config, state)
    const sends = every === undefined ? 'sends only when asked' : `sends every ${every / 1000} ms`
    parts.push(`${sends}, detects within ${detectionTime(state) / 1000} ms`)
  }
  if (counters.latestMs >= TOLD_FROM_MS)
    parts.push(`this host was late by ${Math.round(counters.latestMs)} ms at worst`)
  if (problem !== undefined) parts.push(problem)
  return parts.join('; ')
}
