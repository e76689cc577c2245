import type { AddressPool } from '@skep/bgp'
import type { Frontend } from '@skep/services'
import { expect, test } from '@jest/globals'
import { serviceRoutes } from './routes.ts'

function frontend(address: string, weights: readonly number[], over: Partial<Frontend> = {}): Frontend {
  return {
    address,
    port: 80,
    protocol: 'TCP',
    scope: 'external',
    kind: 'LoadBalancer',
    service: 'default/web',
    portName: '',
    leftOut: [],
    members: weights.map((weight, i) => ({ backend: i + 1, weight })),
    whenEmpty: 'reject',
    algorithm: 'maglev',
    forwarding: 'snat',
    ...over,
  }
}

const pool: AddressPool = {
  name: 'default',
  ranges: [{ first: '192.0.2.0', last: '192.0.2.127' }],
  autoAssign: true,
  avoidBuggyIps: false,
  advertisements: [
    { aggregation: {}, attributes: { localPref: 200 }, peers: ['tor-1'] },
    { aggregation: { ipv4: 24 }, attributes: {} },
  ],
}

test('an address is announced while somebody answers for it, once for all its ports', () => {
  const both = [frontend('192.0.2.200', [1]), frontend('192.0.2.200', [1], { port: 443 })]
  expect(serviceRoutes(both, []).routes).toEqual([
    { reason: 'service default/web', prefixes: ['192.0.2.200/32'], attributes: {} },
  ])
  expect(serviceRoutes([frontend('192.0.2.200', [0])], []).routes).toEqual([])
  expect(serviceRoutes([frontend('192.0.2.200', [])], []).routes).toEqual([])
  expect(serviceRoutes([frontend('2001:db8::10', [1])], []).routes).toMatchObject([{ prefixes: ['2001:db8::10/128'] }])
})

test('only addresses that routers are to lead here', () => {
  expect(serviceRoutes([frontend('10.96.0.1', [1], { kind: 'ClusterIP' })], []).routes).toEqual([])
  expect(serviceRoutes([frontend('192.0.2.200', [1], { scope: 'internal' })], []).routes).toEqual([])
})

test('as its pool says: each advertisement is a route', () => {
  expect(serviceRoutes([frontend('192.0.2.10', [1])], [pool]).routes).toEqual([
    {
      reason: 'service default/web',
      prefixes: ['192.0.2.10/32'],
      attributes: { localPref: 200 },
      scope: { peers: ['tor-1'] },
    },
    { reason: 'service default/web', prefixes: ['192.0.2.0/24'], attributes: {} },
  ])
  expect(serviceRoutes([frontend('192.0.2.128', [1])], [pool]).routes).toMatchObject([{ prefixes: ['192.0.2.128/32'] }])
})

test('an address that packets from outside are not served at is withheld, unless one of its ports is', () => {
  const two = [frontend('192.0.2.200', [1]), frontend('192.0.2.200', [1], { port: 443 }), frontend('192.0.2.201', [1])]
  const all = serviceRoutes(two, [], () => 'no device meets its packets')
  expect(all.routes).toEqual([])
  expect(all.withheld).toEqual([
    '192.0.2.200 of default/web is not announced: no device meets its packets',
    '192.0.2.201 of default/web is not announced: no device meets its packets',
  ])
  const some = serviceRoutes(two, [], ({ port }) => (port === 80 ? 'the table is full' : undefined))
  expect(some.routes.map(({ prefixes }) => prefixes)).toEqual([['192.0.2.200/32']])
  expect(some.withheld).toEqual(['192.0.2.201 of default/web is not announced: the table is full'])
})
