import { expect, test } from '@jest/globals'
import type { XdpFeature } from 'netlink-ts'
import { planSenders, type SenderLink } from './plan.ts'

const links: readonly SenderLink[] = [
  { index: 2, type: 'ether' },
  { index: 3, type: 'ether', kind: 'veth' },
  { index: 4, type: 'ether', kind: 'bridge' },
  { index: 5, type: 'ether', kind: 'vlan' },
  { index: 6, type: 'none', kind: 'tun' },
]

const can = (...names: XdpFeature[]) => new Set(names)

test('those that the kernel says can send: no bridge, nor a veth whose peer cannot receive', () => {
  const features = new Map([
    [2, can('basic', 'redirect', 'ndo-xmit')],
    [3, can('basic', 'redirect')],
    [4, can()],
    [6, can('ndo-xmit')],
  ])
  expect(planSenders(links, { features, isGeneric: false })).toEqual([2])
})

test('before Linux 6.3, by their kind', () => {
  expect(planSenders(links, { features: undefined, isGeneric: false })).toEqual([2, 3])
})

test('any with Ethernet frames, where the program is nowhere in the driver: the kernel itself sends', () => {
  expect(planSenders(links, { features: undefined, isGeneric: true })).toEqual([2, 3, 4, 5])
})
