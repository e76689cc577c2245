import { expect, test } from '@jest/globals'
import { isMartian } from './martian.ts'
import type { Way } from './route.ts'
import { type Fate, verdictOf } from './verdict.ts'

const way: Way = {
  device: 'eth1',
  index: 3,
  nextHop: '10.1.0.11',
  mac: '02:00:00:00:00:01',
  neighbor: 'reachable',
  mtu: 1500,
  pointToPoint: false,
  local: false,
}
const fate: Fate = {
  towards: 'backend',
  live: false,
  outcome: 'member',
  martian: false,
  mode: 'snat',
  source: '10.1.0.1',
  way,
  from: { device: 'eth0', forwarding: true },
}
const noWay = (reason: 'none' | 'blackhole' | 'unreachable' | 'prohibit') => ({ way: { reason, message: '' } })

test.each<[string, Partial<Fate>, string]>([
  ['a new connection', {}, 'REDIRECT_TO_BACKEND'],
  ['one by the device it came in by', { from: { device: 'eth1', forwarding: true } }, 'TX_TO_BACKEND'],
  ['what is no service', { outcome: 'no-service' }, 'PASS_FOREIGN'],
  ['a service without backends', { outcome: 'no-backend' }, 'DROP_NO_BACKEND'],
  ['a slot that leads nowhere', { outcome: 'no-member' }, 'DROP_NO_MEMBER'],
  ['a live connection of a service without backends', { outcome: 'no-backend', live: true }, 'REDIRECT_TO_BACKEND'],
  ['a client outside of the source ranges', { outcome: 'source-range' }, 'DROP_SOURCE_RANGE'],
  ['the same with an open connection', { outcome: 'source-range', live: true }, 'DROP_SOURCE_RANGE'],
  ['a client that opens too many', { outcome: 'rate-limit' }, 'DROP_RATE_LIMIT'],
  ['its open connection', { outcome: 'rate-limit', live: true }, 'REDIRECT_TO_BACKEND'],
  ['a martian', { martian: true }, 'DROP_MARTIAN'],
  ['a martian whose connection is open', { martian: true, live: true }, 'REDIRECT_TO_BACKEND'],
  ['no own address', { source: undefined }, 'DROP_NO_SOURCE'],
  ['no own address, and none is needed', { mode: 'dsr-l2', source: undefined }, 'REDIRECT_TO_BACKEND'],
  ['a tunnel without a source', { mode: 'dsr-ipip', source: undefined }, 'DROP_NO_SOURCE'],
  ['by a MAC address that is not known', { mode: 'dsr-l2', way: { ...way, mac: null } }, 'DROP_NO_NEIGHBOUR'],
  ['a device that does not forward', { from: { device: 'eth0', forwarding: false } }, 'DROP_FORWARDING_DISABLED'],
  ['no route', noWay('none'), 'DROP_NOT_FORWARDED'],
  ['a blackhole', noWay('blackhole'), 'DROP_BLACKHOLE'],
  ['an unreachable route', noWay('unreachable'), 'DROP_UNREACHABLE'],
  ['a prohibit route', noWay('prohibit'), 'DROP_PROHIBIT'],
  ['a route to this host', { way: { ...way, local: true } }, 'DROP_NOT_FORWARDED'],
  ['a neighbour that is not resolved', { way: { ...way, mac: null } }, 'STACK_NO_NEIGHBOUR'],
  ['a device without neighbours', { way: { ...way, mac: null, pointToPoint: true } }, 'REDIRECT_TO_BACKEND'],
  ['a reply', { towards: 'client', live: true }, 'REDIRECT_TO_CLIENT'],
  ['a reply of no connection', { towards: 'client' }, 'PASS_NO_CONNECTION'],
])('%s', (_what, facts, verdict) => {
  expect(verdictOf({ ...fate, ...facts })).toBe(verdict)
})

test.each([
  ['198.51.100.7', false],
  ['0.0.0.1', true],
  ['127.0.0.1', true],
  ['224.0.0.1', true],
  ['240.0.0.1', false],
  ['255.255.255.255', true],
  ['192.0.2.10', true],
  ['2001:db8::1', false],
  ['::', true],
  ['::1', true],
  ['ff02::1', true],
])('%s as source: martian %s', (source, martian) => {
  expect(isMartian(source, '192.0.2.10')).toBe(martian)
})
