import { expect, test } from '@jest/globals'
import type { DeviceAddress, Link } from 'netlink-ts'
import { parseConfig } from '../config/load.ts'
import { desiredRouters } from './desired.ts'
import { placeOf, strayAddresses } from './place.ts'
import { routerKey } from './router.ts'

interface Weights {
  readonly web?: number
  readonly dns?: number
}

/** `web` on two addresses of both families, `dns` on one of them and on its own. */
function desired(group: string, { web = 1, dns = 1 }: Weights = {}) {
  return desiredRouters(
    parseConfig(
      'lb.yaml',
      `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  announce: { vrrp: [{ id: 51, device: eth0${group} }] }
  services:
    - name: web
      frontends: [{ address: 192.0.2.10, port: 80 }, { address: 192.0.2.11, port: 80 }, { address: "2001:db8::10", port: 80 }]
      backends: [{ address: 10.1.0.11, port: 80, weight: ${web} }, { address: "2001:db8:1::11", port: 80 }]
    - name: dns
      frontends: [{ address: 192.0.2.11, port: 53 }, { address: 192.0.2.12, port: 53 }]
      backends: [{ address: 10.1.0.12, port: 53, weight: ${dns} }]
`,
    ),
  )
}

test('each family is a virtual router of its own, with each address once', () => {
  const routers = desired(', priority: 150, advertisementSeconds: 0.25')
  expect(routers.map(routerKey)).toEqual(['eth0/51/ipv4', 'eth0/51/ipv6'])
  expect(routers.map(({ config }) => config.addresses)).toEqual([
    ['192.0.2.10', '192.0.2.11', '192.0.2.12'],
    ['2001:db8::10'],
  ])
  expect(routers[0]).toMatchObject({ config: { priority: 150, interval: 25 }, withheld: undefined, notes: [] })
})

test('chosen services alone are announced; a family without any has no virtual router', () => {
  const routers = desired(', services: [dns]')
  expect(routers.map(({ config }) => config.addresses)).toEqual([['192.0.2.11', '192.0.2.12']])
})

test('an address without a usable backend is not announced, and costs priority; the others are', () => {
  const [v4, v6] = desired(', priority: 150', { web: 0 })
  expect(v4).toMatchObject({
    announced: ['192.0.2.11', '192.0.2.12'],
    config: { priority: 140, addresses: ['192.0.2.10', '192.0.2.11', '192.0.2.12'] },
    notes: ['priority lowered from 150 to 140: no usable backend: web'],
    withheld: undefined,
  })
  expect(v6).toMatchObject({ announced: ['2001:db8::10'], config: { priority: 150 }, notes: [] })
})

test('the priority never falls below 1, and that of an owner not at all', () => {
  const priority = (group: string) => desired(group, { web: 0 })[0]?.config.priority
  expect(priority(', priority: 5, track: { decrement: 20 }')).toBe(1)
  expect(priority(', priority: 255')).toBe(255)
  expect(priority(', priority: 150, track: { decrement: 0 }')).toBe(150)
})

test('without any usable backend the group is left to others', () => {
  const [v4] = desired('', { web: 0, dns: 0 })
  expect(v4?.withheld).toBe('no service has a usable backend (web, dns)')
})

const link = { index: 2, name: 'eth0', up: true, operState: 'UP', address: '02:00:00:00:00:01' } as unknown as Link

function own(address: string, more: Partial<DeviceAddress> = {}): DeviceAddress {
  const family = address.includes(':') ? 'ipv6' : 'ipv4'
  return { index: 2, address, family, scope: 'global', flags: [], ...more } as DeviceAddress
}

const linkLocal = own('fe80::1/64', { scope: 'link' })
const all = [own('10.0.0.1/24'), own('10.0.0.2/24'), own('2001:db8::1/64'), linkLocal]

test('it speaks from the first IPv4 address, and from the link-local one; to peers from a global one', () => {
  const [v4, v6] = desired('')
  const device = { name: 'eth0', index: 2, mac: '02:00:00:00:00:01' }
  expect(placeOf(v4!, [link], all)).toEqual({ device, source: '10.0.0.1' })
  expect(placeOf(v6!, [link], all)).toEqual({ device, source: 'fe80::1' })
  const [, peered] = desired(', peers: [10.0.0.9, "2001:db8::9"]')
  expect(placeOf(peered!, [link], all)).toEqual({ device, source: '2001:db8::1' })
  const [chosen] = desired(', sources: [10.0.0.2]')
  expect(placeOf(chosen!, [link], all)).toEqual({ device, source: '10.0.0.2' })
})

test.each([
  ['there is no device eth0', '', [], all],
  ['eth0 is down', '', [{ ...link, up: false }], all],
  ['eth0 has no carrier', '', [{ ...link, operState: 'DOWN' }], all],
  ['eth0 has no IPv4 address to speak from', '', [link], [linkLocal]],
  ['eth0 does not have the address 10.0.0.7', ', sources: [10.0.0.7]', [link], all],
] as const)('it does not take part: %s', (why, group, links, addresses) => {
  expect(placeOf(desired(group)[0]!, links as readonly Link[], addresses)).toEqual({ why })
})

test('an announced address that the host has is told, with what to do; not where it is the owner', () => {
  const [v4] = desired('')
  expect(strayAddresses(v4!, [link], [...all, own('192.0.2.11/32')])).toEqual([
    '192.0.2.11/32 is on eth0 of this host, so the kernel answers for it even while another host owns it; take it away: ip address delete 192.0.2.11/32 dev eth0',
  ])
  expect(strayAddresses(desired(', priority: 255')[0]!, [link], [own('192.0.2.11/32')])).toEqual([])
})

test('an IPv6 address that is still being checked is not spoken from', () => {
  const [, v6] = desired('')
  expect(placeOf(v6!, [link], [own('fe80::1/64', { scope: 'link', flags: ['tentative'] })])).toEqual({
    why: 'eth0 has no usable link-local IPv6 address to speak from',
  })
})
