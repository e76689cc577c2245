import { BlockList } from 'node:net'
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import {
  cidrContains,
  cidrLast,
  cidrNetwork,
  cidrsOverlap,
  formatAddress,
  formatCidr,
  parseAddress,
  parseCidr,
  sameCidr,
  tryParseCidr,
} from '../index.ts'

test.each([
  ['10.0.0.77/24', '10.0.0.0', '10.0.0.255'],
  ['10.1.2.3/0', '0.0.0.0', '255.255.255.255'],
  ['10.1.2.3/32', '10.1.2.3', '10.1.2.3'],
  ['172.31.255.1/12', '172.16.0.0', '172.31.255.255'],
  ['2001:db8::1/64', '2001:db8::', '2001:db8::ffff:ffff:ffff:ffff'],
  ['2001:db8::ff/121', '2001:db8::80', '2001:db8::ff'],
  ['::1/128', '::1', '::1'],
])('%s runs from %s to %s', (text, first, last) => {
  const cidr = parseCidr(text)
  expect(formatCidr(cidr)).toBe(text)
  expect(formatAddress(cidrNetwork(cidr))).toBe(first)
  expect(formatAddress(cidrLast(cidr))).toBe(last)
})

test.each([
  ['10.0.0.1', 'the prefix length is missing; write it like 10.0.0.0/24'],
  ['10.0.0.1/33', 'the prefix length "33" must be a number from 0 to 32'],
  ['10.0.0.1/', 'the prefix length "" must be a number from 0 to 32'],
  ['10.0.0.1/024', 'the prefix length "024" must be'],
  ['10.0.0.1/24/8', 'the prefix length "24/8" must be'],
  ['::/129', 'the prefix length "129" must be a number from 0 to 128'],
  ['10.0.0/24', 'it has 3 numbers'],
])('%s is refused: %s', (text, reason) => {
  expect(tryParseCidr(text)).toBeUndefined()
  expect(() => parseCidr(text)).toThrow(reason)
})

test('contains what Node says it contains', () => {
  const pairs = fc.oneof(
    fc.tuple(fc.constant('ipv4' as const), fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4()),
    fc.tuple(fc.constant('ipv6' as const), fc.ipV6(), fc.integer({ min: 0, max: 128 }), fc.ipV6()),
  )
  fc.assert(
    fc.property(pairs, ([family, net, prefix, address]) => {
      const list = new BlockList()
      list.addSubnet(net, prefix, family)
      expect(cidrContains(parseCidr(`${net}/${prefix}`), parseAddress(address))).toBe(list.check(address, family))
    }),
  )
})

test('a CIDR contains its ends and not its neighbours', () => {
  const cidr = parseCidr('10.0.4.0/22')
  const inside = (text: string) => cidrContains(cidr, parseAddress(text))
  expect(['10.0.4.0', '10.0.7.255'].map(inside)).toEqual([true, true])
  expect(['10.0.3.255', '10.0.8.0', '::ffff:10.0.4.1'].map(inside)).toEqual([false, false, false])
})

test('overlap and sameness', () => {
  const wide = parseCidr('10.0.0.0/8')
  const narrow = parseCidr('10.9.0.0/16')
  const other = parseCidr('11.0.0.0/8')
  expect([cidrsOverlap(wide, narrow), cidrsOverlap(narrow, wide), cidrsOverlap(wide, other)]).toEqual([
    true,
    true,
    false,
  ])
  expect(sameCidr(parseCidr('10.0.0.1/24'), parseCidr('10.0.0.99/24'))).toBe(true)
  expect(sameCidr(parseCidr('10.0.0.1/24'), parseCidr('10.0.0.1/25'))).toBe(false)
})
