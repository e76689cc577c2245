import { describe, expect, test } from '@jest/globals'
import { route } from '../../test/hosts.ts'
import { isGlobalUnicast } from './global-unicast.ts'
import { summarizeRoutes } from './summarize.ts'

describe('global unicast destinations', () => {
  test.each([
    '0.0.0.0/0',
    '0.0.0.0/1',
    '128.0.0.0/1',
    '10.0.0.0/8',
    '192.0.2.1/32',
    '198.18.0.0/15',
    '::/0',
    '2000::/3',
    'fd00::/64',
    '64:ff9b::/96',
  ])('%s is one', (destination) => expect(isGlobalUnicast(destination)).toBe(true))

  test.each([
    '127.0.0.0/8',
    '169.254.0.0/16',
    '224.0.0.0/4',
    '239.1.2.3/32',
    '255.255.255.255/32',
    '0.0.0.0/32',
    '::1/128',
    '::/128',
    'fe80::/64',
    'febf::1/128',
    'ff00::/8',
    'nonsense',
  ])('%s is none', (destination) => expect(isGlobalUnicast(destination)).toBe(false))
})

test('routes of every table but local count, and only unicast ones', () => {
  const routes = [
    route(2, '10.0.0.0/24'),
    route(2, '10.9.0.0/24', { table: 100 }),
    route(3, '10.0.0.1/32', { table: 255 }),
    route(4, '10.0.0.255/32', { type: 'broadcast' }),
    route(5, '203.0.113.0/24', { type: 'blackhole' }),
    route(6, 'fe80::/64'),
  ]
  expect(summarizeRoutes(routes)).toEqual([
    { index: 2, family: 'ipv4', count: 2, example: { destination: '10.0.0.0/24', table: 254 } },
  ])
})

test('each way of a multipath route counts, and each member of a nexthop group', () => {
  const facts = { type: 'unicast', table: 254 } as const
  const routes = [
    { ...facts, family: 'ipv4', destination: '0.0.0.0/0', nexthops: [{ index: 2 }, { index: 3 }] },
    { ...facts, family: 'ipv4', destination: '10.1.0.0/16', nexthopId: 7 },
    { ...facts, family: 'ipv6', destination: '2001:db8::/32', nexthopId: 9 },
  ] as const
  const objects = new Map([
    [
      7,
      {
        group: [
          { id: 8, weight: 1 },
          { id: 9, weight: 1 },
        ],
      },
    ],
    [8, { index: 4 }],
    [9, { index: 5 }],
  ])
  const found = summarizeRoutes(routes, objects)
  expect(found.map(({ index, family }) => `${index} ${family}`)).toEqual([
    '2 ipv4',
    '3 ipv4',
    '4 ipv4',
    '5 ipv4',
    '5 ipv6',
  ])
  expect(found[0]?.default).toEqual({ table: 254, metric: 0 })
})

test('the best default route is that of the main table, then the one with the smaller metric', () => {
  const routes = [
    route(2, '0.0.0.0/0', { table: 10, metric: 1 }),
    route(2, '0.0.0.0/0', { metric: 200 }),
    route(2, '0.0.0.0/0', { metric: 100 }),
  ]
  expect(summarizeRoutes(routes)[0]?.default).toEqual({ table: 254, metric: 100 })
  expect(summarizeRoutes(routes.toReversed())[0]?.default).toEqual({ table: 254, metric: 100 })
})
