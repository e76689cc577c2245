import { expect, test } from '@jest/globals'
import { config, Machine, peerOpen } from '../../test/session.ts'
import { Cease, ErrorKind } from '../wire/codes.ts'
import { WireError } from '../wire/error.ts'
import { nameOf } from './state.ts'

const keepalive = { type: 'keepalive' } as const

test('a session comes up over our connection', () => {
  const machine = new Machine()
  expect(nameOf(machine.state)).toBe('idle')
  machine.on({ event: 'start' })
  expect([machine.did, nameOf(machine.state)]).toEqual([['connect'], 'connect'])
  machine.on({ event: 'connected', way: 'out' })
  expect([machine.did, nameOf(machine.state)]).toEqual([
    ['stop-timer connect-retry', 'send-open out', 'start-timer hold-out 240000'],
    'open-sent',
  ])
  machine.hear('out', { type: 'open', open: peerOpen({ holdTime: 30 }) })
  expect([machine.did, nameOf(machine.state)]).toEqual([
    ['send-keepalive out', 'start-timer hold-out 30000', 'start-timer keepalive-out 10000'],
    'open-confirm',
  ])
  machine.hear('out', keepalive)
  expect([machine.did, nameOf(machine.state)]).toEqual([
    ['stop-timer connect-retry', 'start-timer hold-out 30000', 'up out'],
    'established',
  ])
  machine.on({ event: 'timer', timer: 'keepalive-out' })
  expect(machine.did).toEqual(['send-keepalive out', 'start-timer keepalive-out 10000'])
})

test('OPEN says what is offered', () => {
  const machine = new Machine()
  machine.on({ event: 'start', restarting: true })
  const [, action] = machine.on({ event: 'connected', way: 'out' })
  const unicast = [
    { afi: 1, safi: 1 },
    { afi: 2, safi: 1 },
  ]
  expect(action).toMatchObject({
    open: {
      asn: 65001,
      holdTime: 90,
      capabilities: {
        multiprotocol: unicast,
        as4: 65001,
        routeRefresh: true,
        extendedNextHop: [{ afi: 1, safi: 1 }],
        gracefulRestart: {
          restarting: true,
          seconds: 120,
          families: unicast.map((one) => ({ ...one, forwarding: true })),
        },
      },
    },
  })
})

test('that we have restarted is said until the session is up', () => {
  const machine = new Machine()
  machine.on({ event: 'start', restarting: true })
  const offered = (): unknown =>
    machine.last.flatMap((one) => (one.do === 'send-open' ? [one.open.capabilities.gracefulRestart?.restarting] : []))
  machine.on({ event: 'connected', way: 'out' })
  expect(offered()).toEqual([true])
  machine.hear('out', { type: 'open', open: peerOpen() })
  machine.hear('out', keepalive)
  machine.on({ event: 'closed', way: 'out', why: 'reset' })
  machine.on({ event: 'connected', way: 'in' })
  expect(offered()).toEqual([false])
})

test('passive: waits for the peer, and takes its connection', () => {
  const machine = new Machine({ passive: true })
  machine.on({ event: 'start' })
  expect([machine.did, nameOf(machine.state)]).toEqual([[], 'active'])
  machine.on({ event: 'connected', way: 'in' })
  machine.hear('in', { type: 'open', open: peerOpen() })
  machine.hear('in', keepalive)
  expect(nameOf(machine.state)).toBe('established')
  machine.on({ event: 'closed', way: 'in', why: 'reset' })
  expect(machine.did).not.toContainEqual(expect.stringContaining('connect-retry'))
})

test('hold time 0: no timers', () => {
  const machine = new Machine().up(peerOpen({ holdTime: 0 }))
  expect(machine.did).toContain('stop-timer hold-out')
  expect(machine.did).not.toContainEqual(expect.stringContaining('start-timer'))
})

test('silence ends the session with a NOTIFICATION, and the next try comes later', () => {
  const machine = new Machine().up()
  machine.on({ event: 'timer', timer: 'hold-out' })
  expect(machine.did).toEqual([
    'notify out 4/0',
    'close out',
    'stop-timer hold-out',
    'stop-timer keepalive-out',
    'stop-timer stale',
    'down keep ',
    'start-timer connect-retry 10000',
  ])
  expect(machine.said).toEqual(['nothing was heard from the peer for 90 s: hold timer expired'])
  machine.on({ event: 'timer', timer: 'connect-retry' })
  expect(machine.did).toEqual(['connect'])
})

test('a failed connection is tried again, between 75 and 100 percent of the time', () => {
  const machine = new Machine()
  machine.on({ event: 'start' })
  machine.on({ event: 'connect-failed', why: 'ECONNREFUSED' })
  expect([machine.did, machine.said]).toEqual([['start-timer connect-retry 10000'], ['cannot connect: ECONNREFUSED']])
})

test.each([
  [
    'another AS than configured',
    peerOpen({ localAsn: 65009 }),
    '2/2',
    'the peer says that it is AS 65009, and AS 65000 is configured',
  ],
  ['no family in common', peerOpen({ families: [] }), '2/7', 'no address family is both sides'],
])('a peer with %s is refused', (_, open, code, why) => {
  const machine = new Machine({ families: ['ipv6'] })
  machine.on({ event: 'start' })
  machine.on({ event: 'connected', way: 'out' })
  machine.hear('out', { type: 'open', open })
  expect(machine.did).toContain(`notify out ${code}`)
  expect(machine.said.join(' ')).toContain(why)
})

test('two routers of one AS with the same id do not speak', () => {
  const machine = new Machine({ peerAsn: 65001 })
  machine.on({ event: 'start' })
  machine.on({ event: 'connected', way: 'out' })
  machine.hear('out', { type: 'open', open: peerOpen({ localAsn: 65001, identifier: config.identifier }) })
  expect(machine.did).toContain('notify out 2/3')
})

test.each([
  ['KEEPALIVE before OPEN', [] as const, '5/1'],
  ['OPEN twice', ['open'] as const, '5/2'],
])('%s is an error of the state machine', (_, before, code) => {
  const machine = new Machine()
  machine.on({ event: 'start' })
  machine.on({ event: 'connected', way: 'out' })
  for (const _one of before) machine.hear('out', { type: 'open', open: peerOpen() })
  machine.hear('out', before.length === 0 ? keepalive : { type: 'open', open: peerOpen() })
  expect(machine.did).toContain(`notify out ${code}`)
})

test('OPEN on a session that is up is an error of the state machine', () => {
  const machine = new Machine().up()
  machine.hear('out', { type: 'open', open: peerOpen() })
  expect(machine.did).toContain('notify out 5/3')
})

test('what cannot be read ends the session with the NOTIFICATION that the error names', () => {
  const machine = new Machine().up()
  machine.on({ event: 'broken', way: 'out', error: new WireError('UPDATE', 'nonsense', { code: 3, subcode: 1 }) })
  expect(machine.did).toContain('notify out 3/1')
  expect(machine.said).toEqual(['UPDATE message error: malformed attribute list: nonsense'])
})

test('a NOTIFICATION is told in words and not answered', () => {
  const machine = new Machine().up()
  const data = Uint8Array.from([4, ...Buffer.from('bye!')])
  machine.hear('out', { type: 'notification', notification: { code: 6, subcode: 2, data } })
  expect(machine.said).toEqual(['the peer says: cease: administrative shutdown ("bye!")'])
  expect(machine.did).not.toContainEqual(expect.stringContaining('notify'))
  expect(machine.did).toContain('down keep ')
})

test('stopped: says so, and connects no more', () => {
  const machine = new Machine().up()
  const notification = { code: ErrorKind.cease, subcode: Cease.administrativeShutdown }
  machine.on({ event: 'stop', why: 'shut down', notification })
  expect(machine.did.slice(0, 2)).toEqual(['notify out 6/2', 'close out'])
  expect(machine.did).not.toContainEqual(expect.stringContaining('start-timer'))
  expect(nameOf(machine.state)).toBe('idle')
  machine.on({ event: 'connected', way: 'in' })
  expect(machine.did).toEqual(['notify in 6/5', 'close in'])
})

test('stopped for a restart: closes without a word', () => {
  const machine = new Machine().up()
  machine.on({ event: 'stop', why: 'restart' })
  expect(machine.did).toContain('close out')
  expect(machine.did).not.toContainEqual(expect.stringContaining('notify'))
})
