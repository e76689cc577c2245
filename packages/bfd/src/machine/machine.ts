import type { ControlPacket, StateName } from '../wire/control-packet.ts'
import { Diagnostic, diagnosticText } from '../wire/diagnostic.ts'
import type { SessionParameters } from './config.ts'
import type { Moment, RemoteState, SessionEvent, SessionState, Stepped } from './state.ts'
import { detectionTime, intervalsOf, scheduled } from './timing.ts'

/** Before anything was heard (RFC 5880, 6.8.1). */
const unheard: RemoteState = {
  discriminator: 0,
  state: 'down',
  diagnostic: 0,
  multiplier: 0,
  demand: false,
  controlPlaneIndependent: false,
  minRx: 1,
  minTx: 0,
}

/** A new session: down, or kept down. Its first packet is due at once unless it is passive. */
export function initialState(parameters: SessionParameters, discriminator: number, moment: Moment): SessionState {
  const said = intervalsOf(parameters, false)
  const { adminDown, passive } = parameters
  const state: SessionState = {
    name: adminDown ? 'adminDown' : 'down',
    since: moment.now,
    why: adminDown ? 'kept down by configuration' : 'nothing was heard from the peer yet',
    diagnostic: adminDown ? Diagnostic.administrativelyDown : Diagnostic.none,
    discriminator,
    remote: unheard,
    said,
    used: said,
    poll: 'no',
  }
  return passive ? state : { ...state, transmitEvery: said.minTx, transmitAt: moment.now }
}

/** What an event makes of a session (RFC 5880, 6.8). Pure. */
export function step(parameters: SessionParameters, state: SessionState, event: SessionEvent, moment: Moment): Stepped {
  if (event.event === 'heard') return heard(parameters, state, event.packet, moment)
  return event.event === 'configured' ? configured(parameters, state, moment) : ticked(parameters, state, moment)
}

/** When a `tick` is due; `undefined`: only something heard can change it. */
export function nextTick({ transmitAt, detectAt }: SessionState): number | undefined {
  if (transmitAt === undefined || detectAt === undefined) return transmitAt ?? detectAt
  return Math.min(transmitAt, detectAt)
}

function heard(parameters: SessionParameters, before: SessionState, packet: ControlPacket, moment: Moment): Stepped {
  let state: SessionState = { ...before, remote: remoteOf(packet), heardAt: moment.now }
  if (packet.final) state = answered(state)
  const next = afterHearing(before.name, packet)
  if (next !== undefined) state = enter(parameters, state, next, moment)
  state = { ...state, detectAt: moment.now + detectionTime(state) / 1000 }
  if (packet.poll && state.name !== 'adminDown') {
    // An answer cannot ask: what the peer has to answer goes right after it.
    const { state: sent, send } = transmitted(parameters, state, moment, true)
    return { state: next === undefined ? sent : { ...sent, transmitAt: moment.now }, send }
  }
  if (next !== undefined) return transmitted(parameters, state, moment)
  return { state: scheduled(parameters, state, moment), send: [] }
}

/** The state that a packet leads to, and why (6.8.6); `undefined`: it stays. */
function afterHearing(name: StateName, packet: ControlPacket): Entered | undefined {
  if (name === 'adminDown') return undefined
  const said = packet.diagnostic === 0 ? '' : `: ${diagnosticText(packet.diagnostic)}`
  const down = (why: string): Entered => ({ name: 'down', why, diagnostic: Diagnostic.neighborSignaledDown })
  if (packet.state === 'adminDown')
    return name === 'down' ? undefined : down(`the peer is kept down by its administrator${said}`)
  if (name === 'down' && packet.state === 'down') return { name: 'init', why: 'the peer was heard' }
  if (name === 'down' && packet.state === 'init') return { name: 'up', why: 'the peer hears us' }
  if (name === 'init' && packet.state !== 'down') return { name: 'up', why: 'the peer hears us' }
  if (name === 'up' && packet.state === 'down') return down(`the peer went down${said}`)
  return undefined
}

interface Entered {
  readonly name: StateName
  readonly why: string
  readonly diagnostic?: number
}

function enter(
  parameters: SessionParameters,
  state: SessionState,
  { name, why, diagnostic = state.diagnostic }: Entered,
  { now }: Moment,
): SessionState {
  const isUp = name === 'up'
  const said = intervalsOf(parameters, isUp)
  // Going up is a change that the peer has to confirm; whoever goes down starts over with all.
  const poll = isUp && said.minTx !== state.said.minTx ? 'running' : 'no'
  return { ...state, name, why, diagnostic: isUp ? Diagnostic.none : diagnostic, since: now, said, used: said, poll }
}

function configured(parameters: SessionParameters, before: SessionState, moment: Moment): Stepped {
  const isDown = before.name === 'adminDown'
  if (parameters.adminDown && !isDown) {
    const entered = { name: 'adminDown', why: 'kept down by configuration' } as const
    const diagnostic = Diagnostic.administrativelyDown
    return transmitted(parameters, enter(parameters, before, { ...entered, diagnostic }, moment), moment)
  }
  if (!parameters.adminDown && isDown) {
    const entered = { name: 'down', why: 'no longer kept down', diagnostic: Diagnostic.none } as const
    return transmitted(parameters, enter(parameters, before, entered, moment), moment)
  }
  const state = reworded(parameters, before)
  const detectAt = state.detectAt === undefined ? undefined : state.heardAt! + detectionTime(state) / 1000
  return { state: scheduled(parameters, { ...state, detectAt }, moment), send: [] }
}

/** Says other intervals. While up, sending slower and expecting faster wait for the peer's answer (6.8.3). */
function reworded(parameters: SessionParameters, state: SessionState): SessionState {
  const isUp = state.name === 'up'
  const said = intervalsOf(parameters, isUp)
  if (said.minTx === state.said.minTx && said.minRx === state.said.minRx) return state
  if (!isUp) return { ...state, said, used: said }
  const used = { minTx: Math.min(said.minTx, state.used.minTx), minRx: Math.max(said.minRx, state.used.minRx) }
  const pollAfter = { no: 'running', running: 'again', again: 'again', due: 'due' } as const
  return { ...state, said, used, poll: pollAfter[state.poll] }
}

function answered(state: SessionState): SessionState {
  if (state.poll === 'running') return { ...state, poll: 'no', used: state.said }
  return state.poll === 'again' ? { ...state, poll: 'due' } : state
}

function ticked(parameters: SessionParameters, before: SessionState, moment: Moment): Stepped {
  if (before.detectAt !== undefined && before.detectAt <= moment.now) return expired(parameters, before, moment)
  if (before.transmitAt === undefined || before.transmitAt > moment.now) return { state: before, send: [] }
  return transmitted(parameters, before, moment)
}

function expired(parameters: SessionParameters, before: SessionState, moment: Moment): Stepped {
  const state: SessionState = { ...before, detectAt: undefined, remote: { ...unheard, state: before.remote.state } }
  if (before.name === 'down' || before.name === 'adminDown')
    return { state: scheduled(parameters, { ...state, remote: unheard }, moment), send: [] }
  const ms = Math.round(detectionTime(before) / 1000)
  const why = `nothing was heard from the peer for ${ms} ms`
  const entered = { name: 'down', why, diagnostic: Diagnostic.detectionTimeExpired } as const
  return transmitted(parameters, enter(parameters, state, entered, moment), moment)
}

/** Sends a packet, unless the session may say nothing now. */
function transmitted(parameters: SessionParameters, state: SessionState, moment: Moment, isFinal = false): Stepped {
  const isSilent = parameters.passive && state.remote.discriminator === 0
  if (isSilent && !isFinal) return { state: scheduled(parameters, state, moment), send: [] }
  const packet = packetOf(parameters, state, isFinal)
  const sent: SessionState = { ...state, sentAt: moment.now, transmitAt: undefined }
  const poll = state.poll === 'due' && !isFinal ? 'running' : state.poll
  return { state: scheduled(parameters, { ...sent, poll }, moment), send: [packet] }
}

function packetOf({ multiplier }: SessionParameters, state: SessionState, isFinal: boolean): ControlPacket {
  return {
    diagnostic: state.diagnostic,
    state: state.name,
    poll: (state.poll === 'running' || state.poll === 'again') && !isFinal,
    final: isFinal,
    // The process that sends is not the one that routes.
    controlPlaneIndependent: true,
    demand: false,
    multiplier,
    myDiscriminator: state.discriminator,
    yourDiscriminator: state.remote.discriminator,
    desiredMinTx: state.said.minTx,
    requiredMinRx: state.said.minRx,
    requiredMinEchoRx: 0,
  }
}

function remoteOf(packet: ControlPacket): RemoteState {
  return {
    discriminator: packet.myDiscriminator,
    state: packet.state,
    diagnostic: packet.diagnostic,
    multiplier: packet.multiplier,
    demand: packet.demand,
    controlPlaneIndependent: packet.controlPlaneIndependent,
    minRx: packet.requiredMinRx,
    minTx: packet.desiredMinTx,
  }
}
