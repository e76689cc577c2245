import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { ipJson, together } from '../../test/ip.ts'
import { anonymousNamespace } from '../namespace/named.ts'
import { openNetlink } from '../netlink.ts'
import type { Neighbor } from './neighbor-types.ts'

const { test } = needing(needs.root, needs.binary('ip'))

/** Older kernels add such an entry as one that nobody manages. */
const managed = needs.feature('managed neighbours', () => {
  using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
  const key = { device: 'e0', address: '10.0.0.2' }
  nl.neighbor.add({ ...key, flags: ['managed', 'extern_learn'] })
  return nl.neighbor.get(key)?.flags.includes('managed') === true ? undefined : 'Linux 5.16'
})

interface IpNeighbor {
  dst: string
  dev: string
  lladdr?: string
  state: string[]
  [flag: string]: unknown
}

const flagNames = ['router', 'proxy', 'managed', 'extern_learn', 'offload'] as const

test('what is added is read by ip, and the same from here', async () => {
  await using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
  nl.address.add({ device: 'e0', address: '10.0.0.1/24' })
  const device = 'e0'
  const lladdr = '02:00:00:00:00:07'
  nl.neighbor.add({ device, address: '10.0.0.2', lladdr })
  nl.neighbor.add({ device, address: '10.0.0.3', lladdr, state: 'reachable' })
  nl.neighbor.add({ device, address: '10.0.0.4', lladdr, state: 'stale', flags: ['extern_learn'] })
  nl.neighbor.add({ device, address: '10.0.0.5', lladdr, state: 'noarp' })
  nl.neighbor.add({ device, address: '2001:db8::2', lladdr, state: 'stale', flags: ['router'] })
  const [ours, theirs] = await together(
    () => [...nl.neighbor.list({ device })].map(asIp),
    () => ipJson<IpNeighbor>(ns, 'neigh', 'show', 'dev', 'e0', 'nud', 'all'),
  )
  expect(ours).toEqual(theirs.map(common))
})

needing(needs.root, needs.binary('ip'), managed).test(
  'a managed entry is resolved by the kernel, and read by ip',
  async () => {
    await using ns = anonymousNamespace()
    await using far = anonymousNamespace()
    using nl = openNetlink({ ns })
    using there = openNetlink({ ns: far })
    const peer = { name: 'e1', ns: far, up: true, address: '02:00:00:00:00:99' }
    nl.link.add({ kind: 'veth', name: 'e0', up: true, peer })
    nl.address.add({ device: 'e0', address: '10.0.0.1/24' })
    there.address.add({ device: 'e1', address: '10.0.0.2/24' })
    await using monitor = nl.monitor(['neighbor'])
    nl.neighbor.add({ device: 'e0', address: '10.0.0.2', flags: ['managed', 'extern_learn'] })
    for await (const event of monitor)
      if (event.type === 'neighbor' && event.value.address === '10.0.0.2' && event.value.lladdr !== undefined) break
    expect(nl.neighbor.get({ device: 'e0', address: '10.0.0.2' })).toMatchObject({
      lladdr: '02:00:00:00:00:99',
      state: 'reachable',
      flags: ['extern_learn', 'managed'],
    })
    const [ours, theirs] = await together(
      () => [...nl.neighbor.list({ device: 'e0', family: 'ipv4' })].map(asIp),
      () => ipJson<IpNeighbor>(ns, '-4', 'neigh', 'show', 'dev', 'e0', 'nud', 'all'),
    )
    expect(ours).toEqual(theirs.map(common))
  },
)

test('replace changes, delete takes away, and get of what is not there is undefined', async () => {
  await using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
  const key = { device: 'e0', address: '10.0.0.2' }
  nl.neighbor.add({ ...key, lladdr: '02:00:00:00:00:01' })
  expect(() => nl.neighbor.add({ ...key, lladdr: '02:00:00:00:00:02' })).toThrow(
    expect.objectContaining({ code: 'EXISTS' }),
  )
  nl.neighbor.replace({ ...key, lladdr: '02:00:00:00:00:02' })
  expect(nl.neighbor.get(key)).toMatchObject({ lladdr: '02:00:00:00:00:02', state: 'permanent' })
  nl.neighbor.delete(key)
  // A deleted entry is gone at once, or stays as failed until the last user lets go.
  expect([undefined, 'failed']).toContain(nl.neighbor.get(key)?.state)
  expect(nl.neighbor.get({ device: 'e0', address: '10.0.0.77' })).toBeUndefined()
})

test('proxy entries are a table of their own; states filter', async () => {
  await using ns = anonymousNamespace()
  using nl = openNetlink({ ns })
  nl.link.add({ kind: 'veth', name: 'e0', up: true, peer: { name: 'e1', up: true } })
  const proxy = { device: 'e0', address: '10.0.0.9', flags: ['proxy'] } as const
  nl.neighbor.add(proxy)
  nl.neighbor.add({ device: 'e0', address: '10.0.0.2', lladdr: '02:00:00:00:00:01' })
  const addresses = (list: Iterable<Neighbor>): string[] => [...list].map(({ address }) => address)
  expect(addresses(nl.neighbor.list({ proxy: true }))).toEqual(['10.0.0.9'])
  expect(addresses(nl.neighbor.list({ states: ['permanent'], family: 'ipv4' }))).toEqual(['10.0.0.2'])
  nl.neighbor.delete(proxy)
  expect(addresses(nl.neighbor.list({ proxy: true }))).toEqual([])
})

function asIp(neighbor: Neighbor): unknown {
  const flags = flagNames.filter((flag) => neighbor.flags.includes(flag))
  return { dst: neighbor.address, lladdr: neighbor.lladdr, state: String(neighbor.state).toUpperCase(), flags }
}

function common(neighbor: IpNeighbor): unknown {
  const flags = flagNames.filter((flag) => flag in neighbor)
  return { dst: neighbor.dst, lladdr: neighbor.lladdr, state: neighbor.state[0] ?? 'NONE', flags }
}
