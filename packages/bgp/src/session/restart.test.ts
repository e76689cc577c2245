import { expect, test } from '@jest/globals'
import { Machine, peerOpen } from '../../test/session.ts'
import { nameOf } from './state.ts'

function back(machine: Machine, forwarding: boolean): void {
  machine.on({ event: 'connected', way: 'in' })
  machine.hear('in', { type: 'open', open: peerOpen({}, forwarding) })
  machine.hear('in', { type: 'keepalive' })
}

test('a peer that goes without a word keeps its routes until it is back and has sent all again', () => {
  const machine = new Machine().up()
  machine.on({ event: 'closed', way: 'out', why: 'ECONNRESET' })
  expect(machine.did).toContain('down keep ipv4,ipv6')
  expect(machine.did).toContain('start-timer restart 120000')
  expect(machine.said).toEqual(['ECONNRESET: its routes are kept for 120 s'])
  back(machine, true)
  expect(machine.did.slice(-3)).toEqual(['up in', 'stop-timer restart', 'start-timer stale 360000'])
  machine.on({ event: 'end-of-rib', family: 'ipv4' })
  expect(machine.did).toEqual(['flush ipv4'])
  machine.on({ event: 'end-of-rib', family: 'ipv4' })
  expect(machine.did).toEqual([])
  machine.on({ event: 'timer', timer: 'stale' })
  expect(machine.did).toEqual(['flush ipv6'])
})

test('a peer that is back and has not gone on forwarding has lost its routes', () => {
  const machine = new Machine().up()
  machine.on({ event: 'closed', way: 'out', why: 'ECONNRESET' })
  back(machine, false)
  expect(machine.did.slice(-3)).toEqual(['up in', 'stop-timer restart', 'flush ipv4,ipv6'])
})

test('a peer that is not back in time has lost its routes', () => {
  const machine = new Machine().up()
  machine.on({ event: 'closed', way: 'out', why: 'ECONNRESET' })
  machine.on({ event: 'timer', timer: 'restart' })
  expect(machine.did).toEqual(['flush ipv4,ipv6'])
})

test('a NOTIFICATION ends all, and so does a peer that cannot restart', () => {
  const told = new Machine().up()
  told.hear('out', { type: 'notification', notification: { code: 6, subcode: 4, data: new Uint8Array() } })
  expect(told.did).toContain('down keep ')
  const plain = new Machine().up(peerOpen({ gracefulRestart: undefined }))
  plain.on({ event: 'closed', way: 'out', why: 'ECONNRESET' })
  expect(plain.did).toContain('down keep ')
})

test('a peer that connects anew while its old session seems up has restarted', () => {
  const machine = new Machine().up()
  machine.on({ event: 'connected', way: 'in' })
  expect(nameOf(machine.state)).toBe('established')
  machine.hear('in', { type: 'open', open: peerOpen({}, true) })
  expect(machine.did.slice(0, 5)).toEqual([
    'close out',
    'stop-timer hold-out',
    'stop-timer keepalive-out',
    'stop-timer stale',
    'down keep ipv4,ipv6',
  ])
  machine.hear('in', { type: 'keepalive' })
  expect(machine.did).toContain('up in')
})

test('one that has not restarted is refused over a second connection', () => {
  const machine = new Machine().up()
  machine.on({ event: 'connected', way: 'in' })
  machine.hear('in', { type: 'open', open: peerOpen() })
  expect(machine.did.slice(0, 2)).toEqual(['notify in 6/7', 'close in'])
  expect(machine.state.out?.phase).toBe('established')
})
