import { expect, test } from '@jest/globals'
import { initialState, step } from '../machine/machine.ts'
import type { SessionEvent, SessionState } from '../machine/state.ts'
import type { ControlPacket, StateName } from '../wire/control-packet.ts'
import { pathLost } from './path-lost.ts'
import { sessionConfig } from './session-config.ts'

const config = sessionConfig({ peer: '10.0.0.2' })

function heard(state: StateName): SessionEvent {
  const packet: ControlPacket = {
    diagnostic: 0,
    state,
    poll: false,
    final: false,
    controlPlaneIndependent: false,
    demand: false,
    multiplier: 3,
    myDiscriminator: 2,
    yourDiscriminator: 1,
    desiredMinTx: 100_000,
    requiredMinRx: 100_000,
    requiredMinEchoRx: 0,
  }
  return { event: 'heard', packet }
}

/** A session that was up, after this. */
function after(event: SessionEvent, more: { readonly adminDown?: boolean; readonly now?: number } = {}): SessionState {
  const moment = { now: 0, random: () => 0 }
  const up = step(config, initialState(config, 1, moment), heard('init'), moment).state
  return step({ ...config, adminDown: more.adminDown ?? false }, up, event, { ...moment, now: more.now ?? 1 }).state
}

test('a path is lost when the peer is silent, or has not heard us', () => {
  const why = 'nothing was heard from the peer for 900 ms'
  expect(pathLost({ state: after({ event: 'tick' }, { now: 900 }) }, 'up')).toBe(why)
  expect(pathLost({ state: after(heard('down')) }, 'up')).toBe('the peer went down')
})

test('not when an administrator has taken the session down, nor before it was up', () => {
  expect(pathLost({ state: after(heard('adminDown')) }, 'up')).toBeUndefined()
  expect(pathLost({ state: after({ event: 'configured' }, { adminDown: true }) }, 'up')).toBeUndefined()
  expect(pathLost({ state: after(heard('up')) }, 'init')).toBeUndefined()
  expect(pathLost({ state: after(heard('down')) }, undefined)).toBeUndefined()
})
