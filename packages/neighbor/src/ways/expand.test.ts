import { expect, test } from '@jest/globals'
import type { NextHopObject, Route } from 'netlink-ts'
import { hopsTowards } from './expand.ts'

const route = (more: Partial<Route>): Route => ({
  family: 'ipv4',
  destination: '10.9.0.0/16',
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
const hops = (more: Partial<Route>, objects: [number, NextHopObject][] = []): string[] =>
  hopsTowards('10.9.0.7', route(more), new Map(objects)).map(({ index, address }) => `${address} ${index}`)

test('on the link the destination itself, else the route’s routers, by the device of each', () => {
  expect(hops({ index: 2 })).toEqual(['10.9.0.7 2'])
  expect(hops({ index: 2, via: '10.0.0.1' })).toEqual(['10.0.0.1 2'])
  const several = [
    { via: '10.0.0.1', index: 2, weight: 1, flags: [] },
    { via: 'fe80::1', index: 3, weight: 2, flags: [] },
  ]
  expect(hops({ nexthops: several })).toEqual(['10.0.0.1 2', 'fe80::1 3'])
})

test('what a nexthop object stands for, also when it is a group', () => {
  const group = [
    { id: 1, weight: 1 },
    { id: 2, weight: 1 },
  ]
  const objects = [
    object(1, { via: '10.0.0.5', index: 2 }),
    object(2, { via: '10.1.0.5', index: 3 }),
    object(7, { group }),
  ]
  expect(hops({ nexthopId: 1 }, objects)).toEqual(['10.0.0.5 2'])
  expect(hops({ nexthopId: 7 }, objects)).toEqual(['10.0.0.5 2', '10.1.0.5 3'])
})

test('nothing leads to an own address, or where a route says no', () => {
  expect(hops({ type: 'local', index: 1 })).toEqual([])
  expect(hops({ type: 'blackhole' })).toEqual([])
})
