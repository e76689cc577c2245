import { Cease, ErrorKind, nameError } from '../wire/codes.ts'
import { type ErrorCode, WireError } from '../wire/error.ts'
import { formatNotification } from '../wire/notification.ts'
import type { Open } from '../wire/open/open.ts'
import { otherWay, survivor } from './collision.ts'
import { LARGE_HOLD_SECONDS, type SessionConfig, STALE_SECONDS } from './config.ts'
import { Draft } from './draft.ts'
import { negotiate, openFor } from './negotiate.ts'
import type { SessionEvent, SessionState, Stepped, TimerName, Way } from './state.ts'

/** What a step needs beside state and event. */
export interface SessionContext {
  readonly config: SessionConfig
  /** From 0 to 1, by chance. */
  readonly random: () => number
}

const collided: ErrorCode = { code: ErrorKind.cease, subcode: Cease.collisionResolution }

/** RFC 4271, section 8, with RFC 4724's changes: what an event makes of a session. Pure, but for the chance in timers. */
export function step(state: SessionState, event: SessionEvent, context: SessionContext): Stepped {
  const draft = new Draft(state, context)
  if (event.event === 'start') start(draft, event.restarting ?? false)
  else if (event.event === 'stop') stop(draft, event)
  else if (event.event === 'reset') reset(draft, event.why, event.notification)
  else if (event.event === 'timer') timer(draft, event.timer)
  else if (event.event === 'connect-failed') connectFailed(draft, event.why)
  else if (event.event === 'end-of-rib') draft.flush([event.family])
  else if (event.event === 'connected') connected(draft, event.way)
  else if (draft.state[event.way] !== undefined) onConnection(draft, event)
  return draft.done()
}

function start(draft: Draft, restarting: boolean): void {
  if (draft.state.enabled) return
  draft.set({ enabled: true, restarting })
  draft.tryConnect()
}

function stop(draft: Draft, { why, notification, error = false }: Extract<SessionEvent, { event: 'stop' }>): void {
  if (!draft.state.enabled) return
  draft.set({ enabled: false, restarting: false })
  draft.tell(why, error)
  endAll(draft, notification)
  if (draft.state.connecting) draft.act({ do: 'abandon' })
  draft.set({ connecting: false })
  draft.flush(draft.state.kept)
  for (const name of ['connect-retry', 'restart', 'stale'] as const) draft.act({ do: 'stop-timer', timer: name })
}

function reset(draft: Draft, why: string, notification: ErrorCode): void {
  draft.tell(why, true)
  endAll(draft, notification)
  draft.retryLater()
}

function endAll(draft: Draft, notification: ErrorCode | undefined): void {
  for (const way of ['out', 'in'] as const) if (draft.state[way]) draft.end(way, notification)
}

function timer(draft: Draft, name: TimerName): void {
  const { state } = draft
  if (name === 'connect-retry') draft.tryConnect()
  else if (name === 'restart' || name === 'stale') {
    if (state.kept.length > 0)
      draft.tell(
        `the peer ${name === 'restart' ? 'is not back in time' : 'has not sent all its routes again'}: they are dropped`,
      )
    draft.flush(state.kept)
  } else if (name === 'hold-out' || name === 'hold-in') holdExpired(draft, name === 'hold-out' ? 'out' : 'in')
  else {
    const way = name === 'keepalive-out' ? 'out' : 'in'
    const connection = state[way]
    if (connection?.negotiated === undefined) return
    draft.act({ do: 'send-keepalive', way })
    draft.keepaliveTimer(way, connection.negotiated.holdTime)
  }
}

function holdExpired(draft: Draft, way: Way): void {
  const connection = draft.state[way]
  if (connection === undefined) return
  const seconds = connection.negotiated?.holdTime ?? LARGE_HOLD_SECONDS
  draft.tell(`nothing was heard from the peer for ${seconds} s: ${nameError(ErrorKind.holdTimer, 0)}`, true)
  draft.end(way, { code: ErrorKind.holdTimer, subcode: 0 })
  draft.retryLater()
}

function connectFailed(draft: Draft, why: string): void {
  if (!draft.state.connecting) return
  draft.set({ connecting: false })
  draft.tell(`cannot connect: ${why}`, true)
  draft.retryLater()
}

function connected(draft: Draft, way: Way): void {
  const { state, context } = draft
  if (way === 'out') {
    draft.set({ connecting: false })
    draft.act({ do: 'stop-timer', timer: 'connect-retry' })
  }
  const restartable = draft.established()?.negotiated?.gracefulRestart !== undefined
  if (!state.enabled || state[way] !== undefined || (draft.established() !== undefined && !restartable)) {
    draft.act({
      do: 'notify',
      way,
      notification: state.enabled ? collided : { code: ErrorKind.cease, subcode: Cease.connectionRejected },
    })
    draft.act({ do: 'close', way })
    return
  }
  draft.set({ [way]: { phase: 'open-sent' } })
  draft.act({ do: 'send-open', way, open: openFor(context.config, state.restarting) })
  draft.act({ do: 'start-timer', timer: `hold-${way}`, ms: LARGE_HOLD_SECONDS * 1000 })
}

function onConnection(draft: Draft, event: Extract<SessionEvent, { readonly way: Way }>): void {
  if (event.event === 'closed') return lost(draft, event.way, event.why)
  if (event.event === 'broken') return fail(draft, event.way, event.error)
  if (event.event !== 'message') return
  const { way, message } = event
  if (message.type === 'notification') return notified(draft, way, formatNotification(message.notification))
  const connection = draft.state[way]!
  if (connection.phase === 'open-sent') {
    if (message.type === 'open') opened(draft, way, message.open)
    else unexpected(draft, way, message.type, 1)
  } else if (connection.phase === 'open-confirm') {
    if (message.type === 'keepalive') established(draft, way)
    else unexpected(draft, way, message.type, 2)
  } else if (message.type === 'open') unexpected(draft, way, message.type, 3)
  else {
    draft.holdTimer(way, connection.negotiated!.holdTime)
    if (message.type === 'update') draft.act({ do: 'update', update: message.update })
    else if (message.type === 'route-refresh' && message.refresh) draft.act({ do: 'refresh', refresh: message.refresh })
  }
}

/** The connection went without a NOTIFICATION: a peer that can restart may be doing just that. */
function lost(draft: Draft, way: Way, why: string): void {
  const { phase, negotiated } = draft.state[way]!
  const restart = phase === 'established' ? negotiated?.gracefulRestart : undefined
  const keep = draft.state.enabled ? (restart?.families ?? []) : []
  draft.tell(keep.length > 0 ? `${why}: its routes are kept for ${restart!.seconds} s` : why, true)
  draft.end(way, undefined, keep)
  if (keep.length > 0) draft.act({ do: 'start-timer', timer: 'restart', ms: restart!.seconds * 1000 })
  draft.retryLater()
}

function notified(draft: Draft, way: Way, text: string): void {
  draft.tell(`the peer says: ${text}`, true)
  draft.end(way, undefined)
  draft.retryLater()
}

function fail(draft: Draft, way: Way, error: WireError): void {
  const { code, subcode } = error.notification
  draft.tell(`${nameError(code, subcode)}: ${error.message}`, true)
  draft.end(way, error.notification)
  draft.retryLater()
}

function unexpected(draft: Draft, way: Way, type: string, subcode: number): void {
  const message = `${type.toUpperCase()} is not what comes now`
  fail(draft, way, new WireError('HEADER', message, { code: ErrorKind.stateMachine, subcode }))
}

function opened(draft: Draft, way: Way, open: Open): void {
  const { context } = draft
  let negotiated
  try {
    negotiated = negotiate(context.config, open)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return fail(draft, way, error)
  }
  if (!winsCollision(draft, way, open)) return
  draft.set({ [way]: { phase: 'open-confirm', negotiated } })
  draft.act({ do: 'send-keepalive', way })
  draft.holdTimer(way, negotiated.holdTime)
  draft.keepaliveTimer(way, negotiated.holdTime)
}

/** Drops one of two connections once the peer has said who it is; false where it is this one. */
function winsCollision(draft: Draft, way: Way, open: Open): boolean {
  const other = otherWay(way)
  const rival = draft.state[other]
  if (rival?.phase === 'established') {
    const restarted = open.capabilities.gracefulRestart?.restarting === true
    // RFC 4724, section 4.2: the peer has restarted before we noticed, and the old connection is dead.
    if (restarted) draft.tell('the peer has connected anew: it has restarted')
    if (restarted) draft.end(other, undefined, rival.negotiated?.gracefulRestart?.families ?? [])
    else draft.end(way, collided)
    return restarted
  }
  if (rival?.phase !== 'open-confirm') return true
  const kept = survivor(draft.context.config, open)
  draft.end(otherWay(kept), collided)
  return kept === way
}

function established(draft: Draft, way: Way): void {
  const { negotiated } = draft.state[way]!
  const other = otherWay(way)
  if (draft.state[other]) draft.end(other, collided)
  if (draft.state.connecting) draft.act({ do: 'abandon' })
  draft.set({ connecting: false, restarting: false, [way]: { phase: 'established', negotiated } })
  draft.act({ do: 'stop-timer', timer: 'connect-retry' })
  draft.holdTimer(way, negotiated!.holdTime)
  draft.tell('the session is up')
  draft.act({ do: 'up', way, negotiated: negotiated! })
  resume(draft, negotiated!.gracefulRestart?.forwarding ?? [])
}

/** Routes of a peer that is back stay only where it has gone on forwarding, until it has sent all again. */
function resume(draft: Draft, forwarding: readonly string[]): void {
  if (draft.state.kept.length === 0) return
  draft.act({ do: 'stop-timer', timer: 'restart' })
  draft.flush(draft.state.kept.filter((family) => !forwarding.includes(family)))
  if (draft.state.kept.length > 0) draft.act({ do: 'start-timer', timer: 'stale', ms: STALE_SECONDS * 1000 })
}
