import { expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { anonymousNamespace, type LinkAdd, type Netlink, openNetlink } from 'netlink-ts'
import { detect } from '../detect/detect.ts'
import { requireSelection } from '../selection/parse.ts'
import { readSnapshot } from './read.ts'

/** A namespace with devices, and what `auto` says about each of them. */
function on(build: (netlink: Netlink) => void, entries: readonly string[] = ['auto']): Record<string, string> {
  using ns = anonymousNamespace()
  using other = anonymousNamespace()
  using netlink = openNetlink({ ns })
  for (const name of ['eth0', 'eth1'])
    netlink.link.add({ kind: 'veth', name, up: true, peer: { name, ns: other, up: true } })
  build(netlink)
  const { explanations } = detect(readSnapshot(netlink), requireSelection(entries))
  return Object.fromEntries(
    explanations.map((one) => [one.device, `${one.chosen ? 'chosen' : 'left out'}: ${one.why}`]),
  )
}

/** A device that has an address, so that the kernel makes routes for it. */
function withAddress(netlink: Netlink, link: LinkAdd, address: string): void {
  netlink.link.add({ ...link, up: true })
  netlink.address.add({ device: link.name, address, flags: ['nodad'] })
}

test('default routes of any table make a veth an uplink, of either family', () => {
  const found = on((netlink) => {
    netlink.address.add({ device: 'eth0', address: '10.0.0.1/24' })
    netlink.address.add({ device: 'eth1', address: 'fd00::1/64', flags: ['nodad'] })
    netlink.route.add({ destination: 'default', via: '10.0.0.2', table: 100 })
    netlink.route.add({ destination: 'default', via: 'fd00::2', table: 200, metric: 7 })
  })
  expect(found).toEqual({
    lo: 'left out: its name begins with "lo"',
    eth0: 'chosen: it has a default route in table 100 and 1 more (IPv4)',
    eth1: 'chosen: it has a default route in table 200 and 1 more (IPv6)',
  })
})

test('addresses and link-local routes alone do not', () => {
  const found = on((netlink) => {
    netlink.address.add({ device: 'eth0', address: '10.0.0.1/32' })
    netlink.route.add({ destination: '169.254.0.0/16', device: 'eth1' })
  })
  expect(found).toMatchObject({
    eth0: 'left out: no global unicast route leads out of it',
    eth1: 'left out: no global unicast route leads out of it',
  })
})

test('multipath routes and nexthop groups count for each of their devices', () => {
  const build = (route: (netlink: Netlink) => void) => (netlink: Netlink) => {
    netlink.address.add({ device: 'eth0', address: '10.0.0.1/24' })
    netlink.address.add({ device: 'eth1', address: '10.1.0.1/24' })
    route(netlink)
  }
  const multipath = on(
    build((netlink) =>
      netlink.route.add({ destination: 'default', table: 7, nexthops: [{ via: '10.0.0.2' }, { via: '10.1.0.2' }] }),
    ),
  )
  const group = on(
    build((netlink) => {
      netlink.nexthop.add({ id: 1, via: '10.0.0.2', device: 'eth0' })
      netlink.nexthop.add({ id: 2, via: '10.1.0.2', device: 'eth1' })
      netlink.nexthop.add({ id: 3, group: [{ id: 1 }, { id: 2 }] })
      netlink.route.add({ destination: 'default', table: 7, nexthopId: 3 })
    }),
  )
  for (const found of [multipath, group])
    for (const device of ['eth0', 'eth1'])
      expect(found[device]).toBe('chosen: it has a default route in table 7 and 1 more (IPv4)')
})

test('bridges and their ports are left out, whatever routes they have', () => {
  const found = on((netlink) => {
    withAddress(netlink, { kind: 'bridge', name: 'br0' }, '10.0.0.1/24')
    withAddress(netlink, { kind: 'bridge', name: 'docker0' }, '172.17.0.1/16')
    netlink.link.set({ name: 'eth0', master: 'br0' })
    netlink.address.add({ device: 'eth0', address: '10.1.0.1/24' })
    netlink.route.add({ destination: 'default', via: '10.1.0.2' })
  })
  expect(found).toMatchObject({
    br0: 'left out: it is a bridge',
    docker0: 'left out: its name begins with "docker"',
    eth0: 'left out: it is a port of bridge br0',
  })
})

test('hardware-like devices need no default route', () => {
  const found = on((netlink) => {
    withAddress(netlink, { kind: 'vxlan', name: 'vx0', vni: 7, port: 4789 }, '10.0.0.1/24')
  })
  expect(found['vx0']).toBe('chosen: it has a route to 10.0.0.0/24 (IPv4)')
})

test('an alternative name is a name', async () => {
  using ns = anonymousNamespace()
  using netlink = openNetlink({ ns })
  netlink.link.add({ kind: 'bridge', name: 'br0' })
  await ns.exec('ip', ['link', 'property', 'add', 'dev', 'br0', 'altname', 'bridge-of-a-long-name'])
  const { devices } = detect(readSnapshot(netlink), requireSelection(['bridge-of-a-long-name']))
  expect(devices).toEqual(['br0'])
})

test('families that are not asked for do not count', () => {
  using ns = anonymousNamespace()
  using netlink = openNetlink({ ns })
  withAddress(netlink, { kind: 'vxlan', name: 'vx0', vni: 7, port: 4789 }, 'fd00::1/64')
  const devices = (family: 'ipv4' | 'ipv6') =>
    detect(readSnapshot(netlink, { families: [family] }), requireSelection(['auto'])).devices
  expect([devices('ipv4'), devices('ipv6')]).toEqual([[], ['vx0']])
})

needing(needs.kind('vlan')).test('a VLAN with routes is chosen beside the device below it', () => {
  const found = on((netlink) => {
    withAddress(netlink, { kind: 'vlan', name: 'eth0.100', link: 'eth0', id: 100 }, '10.0.0.1/24')
  })
  expect(found['eth0.100']).toBe('chosen: it has a route to 10.0.0.0/24 (IPv4)')
})

needing(needs.kind('bond')).test('a bond is chosen, its members are not', () => {
  const found = on((netlink) => {
    netlink.link.add({ kind: 'bond', name: 'bond0', mode: 'active-backup' })
    netlink.link.set({ name: 'eth0', up: false })
    netlink.link.set({ name: 'eth0', master: 'bond0' })
    netlink.link.set({ name: 'bond0', up: true })
    netlink.address.add({ device: 'bond0', address: '10.0.0.1/24' })
  })
  expect(found).toMatchObject({
    bond0: 'chosen: it has a route to 10.0.0.0/24 (IPv4)',
    eth0: 'left out: it is a member of bond bond0',
  })
})

needing(needs.kind('dummy')).test('a dummy device is left out', () => {
  const found = on((netlink) => withAddress(netlink, { kind: 'dummy', name: 'kube-ipvs0' }, '10.96.0.1/16'))
  expect(found['kube-ipvs0']).toBe('left out: nothing comes in by dummy devices from outside')
})

needing(needs.kind('vrf')).test('the devices of a VRF are chosen by the routes of its table; the VRF is not', () => {
  const found = on((netlink) => {
    netlink.link.add({ kind: 'vrf', name: 'blue', table: 10, up: true })
    netlink.link.set({ name: 'eth0', master: 'blue' })
    netlink.address.add({ device: 'eth0', address: '10.0.0.1/24' })
    netlink.route.add({ destination: 'default', via: '10.0.0.2', table: 10 })
    netlink.route.add({ destination: '10.9.0.0/16', device: 'blue' })
  })
  expect(found).toMatchObject({
    blue: 'left out: nothing comes in by vrf devices from outside',
    eth0: 'chosen: it has a default route in table 10 and 1 more (IPv4)',
  })
})
