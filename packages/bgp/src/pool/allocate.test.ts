import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import type { AddressPool } from '../config/model.ts'
import { allocate, type Claim } from './allocate.ts'
import { inRange, parseRange } from './ranges.ts'

function pool(name: string, ranges: readonly string[], changes: Partial<AddressPool> = {}): AddressPool {
  return {
    name,
    ranges: ranges.map(parseRange),
    autoAssign: true,
    avoidBuggyIps: false,
    advertisements: [],
    ...changes,
  }
}

/** Addresses, or why not. */
function outcome(pools: readonly AddressPool[], claims: readonly Claim[]): string[] {
  return allocate(pools, claims).map((one) => ('address' in one ? one.address : one.refused))
}

const small = pool('small', ['192.0.2.0/30'])
const reserved = pool('reserved', ['198.51.100.1-198.51.100.2', '2001:db8::1-2001:db8::2'], { autoAssign: false })

test('addresses are given in order, and what is full says so', () => {
  const claims = Array.from({ length: 5 }, (_, i) => ({ service: `default/s${i}` }))
  expect(outcome([small, reserved], claims)).toEqual([
    '192.0.2.0',
    '192.0.2.1',
    '192.0.2.2',
    '192.0.2.3',
    'no IPv4 address is free in small',
  ])
})

test('who has an address keeps it, whoever comes before', () => {
  const claims = [{ service: 'default/new' }, { service: 'default/old', current: '192.0.2.0' }]
  expect(outcome([small], claims)).toEqual(['192.0.2.1', '192.0.2.0'])
})

test('an address that is in no pool any more is given up', () => {
  expect(outcome([small], [{ service: 'default/old', current: '203.0.113.1' }])).toEqual(['192.0.2.0'])
})

test('an address or a pool can be asked for', () => {
  const ask = (claim: Omit<Claim, 'service'>): string =>
    outcome([small, reserved], [{ service: 'default/web', ...claim }])[0]!
  expect(ask({ address: '192.0.2.3' })).toBe('192.0.2.3')
  expect(ask({ address: '203.0.113.1' })).toBe('203.0.113.1 is in no pool')
  expect(ask({ address: '192.0.2.3', pool: 'reserved' })).toBe('192.0.2.3 is in pool small, not in reserved')
  expect(ask({ pool: 'reserved' })).toBe('198.51.100.1')
  expect(ask({ pool: 'reserved', family: 6 })).toBe('2001:db8::1')
  expect(ask({ pool: 'other' })).toBe('there is no pool other')
  expect(ask({ family: 6 })).toBe('no IPv6 address is free in small')
  expect(ask({ address: '192.0.2.3', current: '192.0.2.1' })).toBe('192.0.2.3')
})

test('addresses that some devices take for broadcasts are left out', () => {
  const careful = pool('careful', ['192.0.2.254-192.0.3.1'], { avoidBuggyIps: true })
  const claims = Array.from({ length: 3 }, (_, i) => ({ service: `s${i}` }))
  expect(outcome([careful], claims)).toEqual(['192.0.2.254', '192.0.3.1', 'no IPv4 address is free in careful'])
  expect(outcome([careful], [{ service: 's', address: '192.0.3.0' }])).toEqual(['192.0.3.0 is in no pool'])
})

test('services share an address where they agree to, with other ports and the same backends', () => {
  const share = (ports: string[], key = 'k', backends = 'all') => ({
    sharing: { key, ports, backends },
    address: '192.0.2.1',
  })
  const claims = [
    { service: 'web', ...share(['TCP/80']) },
    { service: 'dns', ...share(['UDP/53']) },
    { service: 'web-2', ...share(['TCP/80']) },
    { service: 'stranger', ...share(['TCP/81'], 'other') },
    { service: 'local', ...share(['TCP/82'], 'k', 'app=x') },
    { service: 'alone', address: '192.0.2.1' },
  ]
  expect(outcome([small], claims)).toEqual([
    '192.0.2.1',
    '192.0.2.1',
    '192.0.2.1 is shared with web, which has TCP/80 too',
    '192.0.2.1 is web’s',
    '192.0.2.1 is shared with web, which has other backends',
    '192.0.2.1 is web’s',
  ])
})

test('no address is given twice, all lie in their pools, and a second round changes nothing', () => {
  const claim = fc.record(
    {
      family: fc.constantFrom(4 as const, 6 as const),
      address: fc.constantFrom('192.0.2.1', '198.51.100.1'),
      pool: fc.constantFrom('small', 'reserved'),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(claim, { maxLength: 12 }), (wanted) => {
      const pools = [small, reserved]
      const claims = wanted.map((one, i) => ({ ...one, service: `s${i}` }))
      const first = allocate(pools, claims)
      const given = first.flatMap((one) => ('address' in one ? [one] : []))
      expect(new Set(given.map(({ address }) => address)).size).toBe(given.length)
      for (const { address, pool: name } of given)
        expect(pools.find((one) => one.name === name)!.ranges.some((range) => inRange(range, address))).toBe(true)
      const current = claims.map((one, i) => ({
        ...one,
        current: 'address' in first[i]! ? first[i].address : undefined,
      }))
      expect(allocate(pools, current)).toEqual(first)
    }),
  )
})
