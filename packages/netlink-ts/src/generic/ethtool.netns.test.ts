import { expect, test } from '@jest/globals'
import { anonymousNamespace } from '../namespace/named.ts'
import { openNetlink } from '../netlink.ts'
import { NETLINK_GENERIC } from '../descriptor.ts'
import { RouteSocket } from '../socket.ts'
import { openEthtool } from './ethtool.ts'
import { familyId } from './family.ts'

test('a veth’s checksum offload goes off and on again', async () => {
  await using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.add({ kind: 'veth', name: 'eth0', peer: { name: 'eth1' } })
  using ethtool = openEthtool({ ns })
  expect([...ethtool.features('eth0')]).toEqual(expect.arrayContaining(['tx-checksum-ip-generic', 'tx-vlan-hw-insert']))
  ethtool.setFeatures('eth0', { 'tx-checksum-ip-generic': false, 'tx-vlan-hw-insert': false })
  const off = ethtool.features('eth0')
  expect(off.has('tx-checksum-ip-generic') || off.has('tx-vlan-hw-insert')).toBe(false)
  ethtool.setFeatures('eth0', { 'tx-checksum-ip-generic': true })
  expect(ethtool.features('eth0').has('tx-checksum-ip-generic')).toBe(true)
})

test('a device that is not there is an error that names it', async () => {
  await using ns = anonymousNamespace()
  using ethtool = openEthtool({ ns })
  expect(() => ethtool.features('eth7')).toThrow(/device "eth7"/)
  expect(() => ethtool.setFeatures('eth7', { 'rx-gro': false })).toThrow(/device "eth7"/)
})

test('a family that the kernel does not have is NOT_SUPPORTED, and named', () => {
  using socket = new RouteSocket({ protocol: NETLINK_GENERIC })
  expect(familyId(socket, 'nlctrl')).toBe(16)
  expect(() => familyId(socket, 'no-such-family')).toThrow(
    expect.objectContaining({
      code: 'NOT_SUPPORTED',
      message: expect.stringContaining('no family "no-such-family"'),
    }),
  )
})
