import { expect, test } from '@jest/globals'
import { initialState, step } from '../machine/machine.ts'
import type { ControlPacket } from '../wire/control-packet.ts'
import { explainSession, type SessionReport } from './report.ts'
import { sessionConfig } from './session-config.ts'

const config = sessionConfig({ peer: '10.0.0.2', transmitMs: 50, receiveMs: 50 })
const counters = { sent: 0, received: 0, discarded: 0, unsent: 0, ups: 0, downs: 0, latestMs: 0 }
const moment = { now: 1000, random: () => 0 }
const heard: ControlPacket = {
  diagnostic: 0,
  state: 'init',
  poll: false,
  final: false,
  controlPlaneIndependent: false,
  demand: false,
  multiplier: 4,
  myDiscriminator: 2,
  yourDiscriminator: 1,
  desiredMinTx: 100_000,
  requiredMinRx: 60_000,
  requiredMinEchoRx: 0,
}

function report(more: Partial<SessionReport> = {}): SessionReport {
  const state = initialState(config, 1, moment)
  return { key: '10.0.0.2', config, state, since: 0, counters, sourcePort: 49_152, ...more }
}

test('a line tells the state, for how long, why, and what hinders it', () => {
  expect(explainSession(report({ problem: 'the device is not there' }), 13_500)).toBe(
    'down for 12 s: nothing was heard from the peer yet; the device is not there',
  )
})

test('a host that does not get to run is told of', () => {
  expect(explainSession(report({ counters: { ...counters, latestMs: 180.4 } }), 1000)).toContain(
    'this host was late by 180 ms at worst',
  )
})

test('while up it tells how often packets go, and when the peer would count as gone', () => {
  const { state } = step(config, report().state, { event: 'heard', packet: heard }, moment)
  const line = explainSession(report({ state }), 1000)
  expect(line).toBe('up for 0 s: the peer hears us; sends every 60 ms, detects within 400 ms')
  const quiet = { ...heard, state: 'up', requiredMinRx: 0 } as const
  const silent = step(config, state, { event: 'heard', packet: quiet }, moment)
  expect(explainSession(report({ state: silent.state }), 1000)).toContain('sends only when asked')
})
