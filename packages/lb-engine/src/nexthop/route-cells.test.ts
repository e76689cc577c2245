import { expect, test } from '@jest/globals'
import { cidrContains, formatIpv4, parseAddress, parseCidr } from '@skep/packet'
import * as fc from 'fast-check'
import { RouteCells } from './route-cells.ts'

const via = (destination: string) => ({ family: 'ipv4', destination }) as const
const routes = ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.3/32', '255.255.255.255/32'].map(via)

test('destinations between which no prefix ends are in one part', () => {
  const cells = RouteCells.of(routes, [])!
  const startOf = (address: string): string => formatIpv4(cells.startOf(address)!)
  expect(startOf('9.9.9.9')).toBe('0.0.0.0')
  expect(startOf('10.0.255.255')).toBe('10.0.0.0')
  expect(startOf('10.1.2.2')).toBe('10.1.0.0')
  expect(startOf('10.1.2.3')).toBe('10.1.2.3')
  expect(startOf('10.1.2.4')).toBe('10.1.2.4')
  expect(startOf('10.200.0.1')).toBe('10.2.0.0')
  expect(startOf('255.255.255.255')).toBe('255.255.255.255')
  expect(cells.startOf('2001:db8::1')).toBeUndefined()
})

test('rules for destinations part them too', () => {
  const cells = RouteCells.of(
    [],
    [{ family: 'ipv4', to: '10.7.0.1' }, { family: 'ipv4' }, { family: 'ipv6', to: 'fd00::/8' }],
  )!
  const [before, at, behind] = ['10.7.0.0', '10.7.0.1', '10.7.0.2'].map((address) => cells.startOf(address))
  expect(new Set([before, at, behind]).size).toBe(3)
  expect(cells.startOf('255.0.0.1')).toBe(behind)
})

test('where a route has several ways nothing is said of others', () => {
  expect(RouteCells.of([...routes, { ...via('10.9.0.0/16'), nexthopId: 7 }], [])).toBeUndefined()
  expect(RouteCells.of([...routes, { ...via('10.9.0.0/16'), nexthops: [] }], [])).toBeUndefined()
  expect(RouteCells.of([...routes, { family: 'ipv6', destination: 'fd00::/8', nexthopId: 7 }], [])).toBeDefined()
})

test('what is in one part is in the same prefixes', () => {
  const octet = fc.constantFrom(0, 1, 2, 127, 128, 255)
  const address = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'))
  const prefix = fc.tuple(address, fc.nat(32)).map(([network, length]) => `${network}/${length}`)
  fc.assert(
    fc.property(fc.array(prefix, { maxLength: 12 }), address, address, (prefixes, one, other) => {
      const cells = RouteCells.of(prefixes.map(via), [])!
      if (cells.startOf(one) !== cells.startOf(other)) return
      const holding = (text: string) => prefixes.filter((each) => cidrContains(parseCidr(each), parseAddress(text)))
      expect(holding(one)).toEqual(holding(other))
    }),
  )
})
