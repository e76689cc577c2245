import { expect, test } from '@jest/globals'
import type { NextHopObject, Route } from 'netlink-ts'
import { gatewaysOf } from './gateways.ts'

const devices = new Set([2, 3])
const route = (destination: string, more: Partial<Route>): Route => ({
  family: 'ipv4',
  destination,
  type: 'unicast',
  table: 254,
  protocol: 'static',
  scope: 'global',
  flags: [],
  ...more,
})
const object = (id: number, more: Partial<NextHopObject>): [number, NextHopObject] => [
  id,
  { id, scope: 'global', protocol: 'static', blackhole: false, fdb: false, flags: [], ...more },
]
const found = (routes: Route[], objects: [number, NextHopObject][] = []): string[] =>
  gatewaysOf(routes, new Map(objects), devices).map(({ address, index }) => `${address} eth${index - 2}`)

test('each gateway of the devices is found once, those of default routes first', () => {
  const routes = [
    route('10.9.0.0/16', { via: '10.0.0.3', index: 2 }),
    route('10.0.0.0/24', { index: 2 }),
    route('0.0.0.0/0', { via: '10.0.0.254', index: 2 }),
    route('10.8.0.0/16', { via: '10.0.0.254', index: 2 }),
    route('::/0', { via: 'fe80::1', index: 3 }),
    route('10.7.0.0/16', { via: '10.5.0.1', index: 9 }),
    route('10.6.0.0/16', { type: 'blackhole' }),
  ]
  expect(found(routes)).toEqual(['10.0.0.254 eth0', 'fe80::1 eth1', '10.0.0.3 eth0'])
})

test('so are those of several ways, and of nexthop objects', () => {
  const several = [
    { via: '10.0.0.1', index: 2, weight: 1, flags: [] },
    { via: '10.1.0.1', index: 3, weight: 1, flags: [] },
  ]
  const objects = [
    object(1, { via: '10.0.0.5', index: 2 }),
    object(2, { via: '10.1.0.5', index: 3 }),
    object(7, {
      group: [
        { id: 1, weight: 1 },
        { id: 2, weight: 1 },
      ],
    }),
  ]
  expect(found([route('0.0.0.0/0', { nexthops: several })])).toEqual(['10.0.0.1 eth0', '10.1.0.1 eth1'])
  expect(found([route('0.0.0.0/0', { nexthopId: 7 })], objects)).toEqual(['10.0.0.5 eth0', '10.1.0.5 eth1'])
})

test('a host with a thousand routers keeps 64, among them that of the default route', () => {
  const routes = Array.from({ length: 1000 }, (_, i) =>
    route(`10.${i >> 8}.${i & 255}.0/24`, { via: `172.16.${i >> 8}.${i & 255}`, index: 2 }),
  )
  const kept = found([...routes, route('0.0.0.0/0', { via: '10.0.0.254', index: 2 })])
  expect([kept.length, kept[0]]).toEqual([64, '10.0.0.254 eth0'])
})
