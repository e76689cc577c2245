import { expect, test } from '@jest/globals'
import { type AddressedLink, planOwnAddresses, watchedLinks } from './plan.ts'

const mac = (last: number): string => `02:00:00:00:00:0${last}`
const links: readonly AddressedLink[] = [
  { index: 2, address: mac(2) },
  { index: 3, address: mac(3) },
  { index: 4, kind: 'macvlan', address: '00:00:5e:00:01:07', link: 2 },
  { index: 5, kind: 'bond', address: mac(5) },
  { index: 6, address: mac(5), master: 5 },
  { index: 7, address: mac(7), master: 5 },
  { index: 8, kind: 'vlan', address: mac(8), link: 5 },
  { index: 9, kind: 'bridge', address: mac(9) },
  { index: 10, address: mac(1), master: 9 },
  { index: 11, kind: 'veth', address: mac(4), link: 3 },
  { index: 12, kind: 'macvlan', address: mac(6), link: 2, linkNetnsid: 3 },
  { index: 13, address: '10.0.0.1', kind: 'ipip' },
]

function addresses(device: number, devices: readonly number[]): string[] {
  return planOwnAddresses(links, devices)
    .filter((one) => one.device === device)
    .map(({ address }) => address)
    .toSorted()
}

test('a device’s own address, and that of a router above it; not those of its peer, nor of what is in other namespaces', () => {
  expect(addresses(2, [2, 3])).toEqual(['00:00:5e:00:01:07', mac(2)])
  expect(addresses(3, [2, 3])).toEqual([mac(3)])
})

test('a bond’s ports say their own numbers; each may be answered at any of their addresses, and at a VLAN’s above', () => {
  const all = [mac(5), mac(7), mac(8)]
  expect([5, 6, 7].map((device) => addresses(device, [5]))).toEqual([all, all, all])
})

test('a bridge’s port hears for the bridge', () => {
  expect(addresses(10, [10])).toEqual([mac(1), mac(9)])
})

test('a device without a MAC address is not told of: all of its packets are for this host', () => {
  expect(planOwnAddresses(links, [13])).toEqual([])
})

test('what is watched is the device and what is above it', () => {
  expect([...watchedLinks(links, [2])]).toEqual([2, 4])
})
