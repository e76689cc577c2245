import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { ipJson } from '../../test/ip.ts'
import { anonymousNamespace } from '../namespace/named.ts'
import { NetlinkError } from '../error.ts'
import { openNetlink } from '../netlink.ts'
import type { NextHopObject } from './nexthop-types.ts'

const { test } = needing(needs.root, needs.binary('ip'))

const resilient = needs.feature('resilient next-hop groups', () => {
  using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
  nl.nexthop.add({ id: 1, device: 'e0' })
  try {
    nl.nexthop.add({ id: 2, group: [{ id: 1 }], resilient: { buckets: 1 } })
    return undefined
  } catch (error) {
    if (error instanceof NetlinkError && error.errno === 'EINVAL') return 'Linux 5.13'
    throw error
  }
})

const heavy = needs.feature('weights above 256', () => {
  using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.set({ name: 'lo', up: true })
  nl.nexthop.add({ id: 1, device: 'lo' })
  try {
    nl.nexthop.add({ id: 2, group: [{ id: 1, weight: 257 }] })
    return undefined
  } catch (error) {
    if (error instanceof NetlinkError && error.errno === 'EINVAL') return 'Linux 6.12'
    throw error
  }
})

interface IpNextHop {
  id: number
  gateway?: string
  dev?: string
  scope?: string
  protocol: string
  blackhole?: null
  group?: { id: number; weight?: number }[]
  type?: string
  resilient_args?: { buckets: number; idle_timer: number; unbalanced_timer: number }
}

test('what is added is read by ip, and the same from here', async () => {
  await using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.set({ name: 'lo', up: true })
  nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
  nl.address.add({ device: 'e0', address: '10.0.0.1/24' })
  nl.nexthop.add({ id: 1, via: '10.0.0.2', device: 'e0', protocol: 'bgp' })
  nl.nexthop.add({ id: 2, via: 'fe80::2', device: 'e0' })
  nl.nexthop.add({ id: 3, device: 'e0' })
  nl.nexthop.add({ id: 4, blackhole: true })
  nl.nexthop.add({ id: 5, via: '10.0.0.3', device: 'e0' })
  nl.nexthop.add({ id: 10, group: [{ id: 1, weight: 255 }, { id: 5 }] })
  const theirs = await ipJson<IpNextHop>(ns, 'nexthop', 'show')
  expect([...nl.nexthop.list()].map(asIp)).toEqual(theirs.map(common))
  expect([...nl.nexthop.list({ groups: true })].map(({ id }) => id)).toEqual([10])
  expect(nl.nexthop.get({ id: 2 })).toMatchObject({ family: 'ipv6', via: 'fe80::2', blackhole: false })
})

needing(needs.root, heavy).test('a weight may take both bytes', async () => {
  await using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.set({ name: 'lo', up: true })
  for (const id of [1, 2]) nl.nexthop.add({ id, device: 'lo' })
  const group = [
    { id: 1, weight: 1000 },
    { id: 2, weight: 65_535 },
  ]
  nl.nexthop.add({ id: 10, group })
  expect(nl.nexthop.get({ id: 10 })?.group).toEqual(group)
})

needing(needs.root, needs.binary('ip'), resilient).test(
  'a resilient group is read by ip, and the same from here',
  async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
    for (const id of [1, 5]) nl.nexthop.add({ id, device: 'e0' })
    const timed = { buckets: 8, idleTimerMs: 5000, unbalancedTimerMs: 60_000 }
    nl.nexthop.add({ id: 11, group: [{ id: 1 }, { id: 5 }], resilient: timed })
    const theirs = await ipJson<IpNextHop>(ns, 'nexthop', 'show')
    expect([...nl.nexthop.list()].map(asIp)).toEqual(theirs.map(common))
    expect(nl.nexthop.get({ id: 11 })?.resilient).toMatchObject(timed)
  },
)

test('replace turns all its routes at once, delete takes them along', async () => {
  await using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.set({ name: 'lo', up: true })
  nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
  nl.address.add({ device: 'e0', address: '10.0.0.1/24' })
  nl.nexthop.add({ id: 1, via: '10.0.0.2', device: 'e0' })
  for (const destination of ['10.1.0.0/16', '10.2.0.0/16']) nl.route.add({ destination, nexthopId: 1 })
  nl.nexthop.replace({ id: 1, via: '10.0.0.9', device: 'e0' })
  expect([nl.route.get('10.1.1.1')?.via, nl.route.get('10.2.1.1')?.via]).toEqual(['10.0.0.9', '10.0.0.9'])
  nl.nexthop.delete({ id: 1 })
  expect(nl.route.get('10.1.1.1')).toBeUndefined()
  expect(nl.nexthop.get({ id: 1 })).toBeUndefined()
  expect(() => nl.nexthop.delete({ id: 1 })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
})

function asIp(nexthop: NextHopObject): unknown {
  const weights = nexthop.group?.map(({ id, weight }) => ({ id, weight }))
  return {
    id: nexthop.id,
    gateway: nexthop.via,
    scope: nexthop.scope,
    protocol: nexthop.protocol,
    blackhole: nexthop.blackhole,
    group: weights,
    type: nexthop.groupType === 'multipath' ? undefined : nexthop.groupType,
    buckets: nexthop.resilient?.buckets,
  }
}

function common(nexthop: IpNextHop): unknown {
  const { id, gateway, scope, protocol, group, type, resilient_args } = nexthop
  return {
    id,
    gateway,
    scope,
    protocol,
    blackhole: 'blackhole' in nexthop,
    group: group?.map((member) => ({ id: member.id, weight: member.weight ?? 1 })),
    type: type === 'mpath' ? undefined : type,
    buckets: resilient_args?.buckets,
  }
}
