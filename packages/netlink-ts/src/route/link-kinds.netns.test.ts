import { afterEach, expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { ipJson } from '../../test/ip.ts'
import { resolve } from '../../test/resolve.ts'
import { anonymousNamespace } from '../namespace/named.ts'
import type { NetworkNamespace } from '../namespace/namespace.ts'
import { openNetlink } from '../netlink.ts'
import { openHandles } from '../open-handles.ts'

// Kinds that kernels have as modules, or not at all.
const needsOf = (kind: string) => needing(needs.root, needs.binary('ip'), needs.kind(kind))

afterEach(() => {
  expect(openHandles()).toEqual([])
})

async function shown(ns: NetworkNamespace, name: string): Promise<object | undefined> {
  return (await ipJson<{ linkinfo: object }>(ns, 'link', 'show', name))[0]?.linkinfo
}

for (const protocol of ['802.1Q', '802.1ad'] as const)
  needsOf('vlan').test(`a VLAN of ${protocol} carries traffic`, async () => {
    using ns = anonymousNamespace()
    using there = anonymousNamespace()
    using nl = openNetlink({ ns })
    using far = openNetlink({ ns: there })
    nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e0', ns: there, up: true } })
    for (const [netlink, last] of [
      [nl, 1],
      [far, 2],
    ] as const) {
      netlink.link.add({
        kind: 'vlan',
        name: 'v5',
        link: 'e0',
        id: 5,
        protocol,
        address: `02:00:00:00:00:0${last}`,
        up: true,
      })
      netlink.address.add({ device: 'v5', address: `10.5.0.${last}/24` })
    }
    expect(nl.link.get({ name: 'v5' })).toMatchObject({ kind: 'vlan', vlan: { id: 5, protocol } })
    expect(await shown(ns, 'v5')).toMatchObject({ info_kind: 'vlan', info_data: { id: 5, protocol } })
    expect(await resolve(nl, 'v5', '10.5.0.2')).toBe('02:00:00:00:00:02')
  })

needsOf('dummy').test('a dummy device has addresses and routes, and swallows what is sent', async () => {
  using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.add({ kind: 'dummy', name: 'd0', mtu: 9000, up: true })
  nl.address.add({ device: 'd0', address: '192.0.2.1/24' })
  expect(nl.link.get({ name: 'd0' })).toMatchObject({ kind: 'dummy', mtu: 9000, up: true })
  expect(await shown(ns, 'd0')).toMatchObject({ info_kind: 'dummy' })
  expect(nl.route.get('192.0.2.9')?.index).toBe(nl.link.get({ name: 'd0' })?.index)
})

needsOf('vrf').test('a VRF routes what comes by its ports by its own table', async () => {
  using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.add({ kind: 'vrf', name: 'blue', table: 10, up: true })
  nl.link.add({ kind: 'veth', name: 'e0', up: true, master: 'blue', peer: { name: 'e1', up: true } })
  nl.address.add({ device: 'e0', address: '10.0.0.1/24' })
  nl.route.add({ destination: '10.9.0.0/16', via: '10.0.0.2', table: 10 })
  expect(nl.link.get({ name: 'blue' })).toMatchObject({ kind: 'vrf', vrf: { table: 10 } })
  expect(await shown(ns, 'blue')).toMatchObject({ info_kind: 'vrf', info_data: { table: 10 } })
  expect(nl.link.get({ name: 'e0' })).toMatchObject({ portKind: 'vrf', master: nl.link.get({ name: 'blue' })?.index })
  expect(nl.route.get('10.9.1.1')).toBeUndefined()
  expect(nl.route.get({ destination: '10.9.1.1', oif: 'blue' })).toMatchObject({
    via: '10.0.0.2',
    index: nl.link.get({ name: 'e0' })?.index,
  })
})
