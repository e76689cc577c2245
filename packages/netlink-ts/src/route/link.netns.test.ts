import { fileURLToPath } from 'node:url'
import { afterEach, expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { openObject } from 'libbpf-ts'
import { ipJson, together } from '../../test/ip.ts'
import { anonymousNamespace } from '../namespace/named.ts'
import type { NetworkNamespace } from '../namespace/namespace.ts'
import { type Netlink, openNetlink } from '../netlink.ts'
import { openHandles } from '../open-handles.ts'
import type { Link } from './link-types.ts'

/** What ends of a pair are set to; when the kernel takes a change of carrier for known is its own affair. */
function settable(nl: Netlink): string[] {
  return nl.link.get({ name: 'e0' })!.flags.filter((flag) => flag !== 'RUNNING' && flag !== 'LOWER_UP')
}

const { describe, test } = needing(needs.root, needs.binary('ip'))
const withBpf = needing(needs.root, needs.bpf)

const hooks = fileURLToPath(new URL('../../../libbpf-ts/test-objects/hooks.bpf.o', import.meta.url))

interface IpLink {
  ifindex: number
  ifname: string
  flags: string[]
  mtu: number
  operstate: string
  address: string
  broadcast: string
  txqlen?: number
  num_tx_queues: number
  num_rx_queues: number
  promiscuity: number
  min_mtu: number
  max_mtu: number
  group: string
  gso_max_size: number
  link_index?: number
  link_netnsid?: number
  linkinfo?: { info_kind?: string; info_data?: Record<string, unknown> }
}

afterEach(() => {
  expect(openHandles()).toEqual([])
})

test('whose the other end of a veth is', async () => {
  await using ns = anonymousNamespace()
  await using far = anonymousNamespace()
  await using stranger = anonymousNamespace()
  using nl = openNetlink({ ns })
  expect(nl.namespaceId(far)).toBeUndefined()
  nl.link.add({ kind: 'veth', name: 'e0', peer: { name: 'p0', ns: far } })
  expect(nl.namespaceId(far)).toBe(nl.link.get({ name: 'e0' })?.linkNetnsid)
  expect(nl.namespaceId(far)).toEqual(expect.any(Number))
  expect(nl.namespaceId(stranger)).toBeUndefined()
})

describe('what is read agrees with ip -d link', () => {
  test('for devices of every kind that this kernel has', async () => {
    await using ns = anonymousNamespace()
    await using far = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.add({ kind: 'veth', name: 'e0', up: true, mtu: 1400, peer: { name: 'p0', ns: far, up: true } })
    nl.link.add({ kind: 'veth', name: 'e1', numTxQueues: 2, txQueueLength: 77, deviceGroup: 3, peer: { name: 'e2' } })
    nl.link.add({ kind: 'bridge', name: 'br0', ageingTimeMs: 60_000, priority: 4096 })
    nl.link.add({
      kind: 'vxlan',
      name: 'vx0',
      vni: 42,
      local: '10.0.0.1',
      remote: '10.0.0.2',
      port: 4789,
      underlay: 'e0',
    })
    nl.link.add({ kind: 'macvlan', name: 'mv0', link: 'e0', mode: 'bridge', address: '02:00:00:00:00:05' })
    const [ours, theirs] = await together(
      () => [...nl.link.list()].map(asIp),
      () => ipJson<IpLink>(ns, 'link'),
    )
    expect(ours).toEqual(theirs.map(common))
  })

  test('and what was asked for is there', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.add({
      kind: 'bridge',
      name: 'br0',
      forwardDelayMs: 5000,
      stp: true,
      priority: 4096,
      multicastSnooping: false,
    })
    nl.link.add({
      kind: 'vxlan',
      name: 'vx0',
      vni: 7,
      local: '2001:db8::1',
      remote: '2001:db8::2',
      port: 4789,
      learning: false,
    })
    nl.link.add({ kind: 'veth', name: 'e0', address: '02:00:00:00:00:01', peer: { name: 'e1', mtu: 1300, up: true } })
    nl.link.add({ kind: 'macvlan', name: 'mv0', link: 'e0', mode: 'private' })
    expect(nl.link.get({ name: 'br0' })?.bridge).toMatchObject({
      forwardDelayMs: 5000,
      stp: true,
      priority: 4096,
      multicastSnooping: false,
    })
    const vxlan = { vni: 7, local: '2001:db8::1', remote: '2001:db8::2', port: 4789, learning: false }
    expect(nl.link.get({ name: 'vx0' })?.vxlan).toMatchObject(vxlan)
    expect(nl.link.get({ name: 'e1' })).toMatchObject({
      up: true,
      mtu: 1300,
      kind: 'veth',
      link: nl.link.get({ name: 'e0' })?.index,
    })
    expect(nl.link.get({ name: 'mv0' })).toMatchObject({
      macvlan: { mode: 'private' },
      link: nl.link.get({ name: 'e0' })?.index,
    })
  })

  withBpf.test('for XDP: mode and program id', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.add({ kind: 'veth', name: 'e0', peer: { name: 'e1' } })
    expect(nl.link.get({ name: 'e0' })).not.toHaveProperty('xdp')
    using object = openObject(hooks)
    for (const program of object.programs.values()) program.autoload = program.name === 'xdp_pass'
    using loaded = object.load()
    const { id } = loaded.program('xdp_pass').info()
    for (const mode of ['native', 'generic'] as const) {
      using _link = ns.run(() => loaded.program('xdp_pass').attachXdp({ device: 'e0', mode }))
      expect(nl.link.get({ name: 'e0' })?.xdp).toEqual({ mode, programId: id, programIds: { [mode]: id } })
      const [theirs] = await ipJson<{ xdp: { prog: { id: number } } }>(ns, 'link', 'show', 'e0')
      expect(theirs?.xdp.prog.id).toBe(id)
    }
    expect(nl.link.get({ name: 'e0' })).not.toHaveProperty('xdp')
  })
})

describe('changes', () => {
  test('up, down, name, address, MTU, alias, flags', async () => {
    await using ns = anonymousNamespace()
    using nl = pair(ns)
    nl.link.set({ name: 'e0', up: true, mtu: 1280, address: '02:00:00:00:00:0a', alias: 'the one', txQueueLength: 5 })
    expect(nl.link.get({ name: 'e0' })).toMatchObject({
      up: true,
      mtu: 1280,
      address: '02:00:00:00:00:0a',
      alias: 'the one',
      txQueueLength: 5,
    })
    nl.link.set({ name: 'e0', promiscuous: true, arp: false, multicast: false, allMulticast: true })
    expect(settable(nl)).toEqual(['UP', 'BROADCAST', 'NOARP', 'PROMISC', 'ALLMULTI'])
    nl.link.set({ name: 'e0', up: false, promiscuous: false, arp: true })
    expect(settable(nl)).toEqual(['BROADCAST', 'ALLMULTI'])
    nl.link.set({ name: 'e0', newName: 'lan0' })
    expect(nl.link.get({ name: 'lan0' })?.alias).toBe('the one')
    expect(nl.link.get({ name: 'e0' })).toBeUndefined()
  })

  test('into a bridge, and out again', async () => {
    await using ns = anonymousNamespace()
    using nl = pair(ns)
    nl.link.add({ kind: 'bridge', name: 'br0' })
    const bridge = nl.link.get({ name: 'br0' })?.index
    nl.link.set({ name: 'e0', master: 'br0' })
    nl.link.set({ name: 'e1', master: bridge as number })
    expect([...nl.link.list({ master: 'br0' })].map((link) => [link.name, link.master, link.portKind])).toEqual([
      ['e1', bridge, 'bridge'],
      ['e0', bridge, 'bridge'],
    ])
    nl.link.set({ name: 'e0', master: null })
    expect(nl.link.get({ name: 'e0' })).not.toHaveProperty('master')
    expect([...nl.link.list({ kind: 'bridge' })].map(({ name }) => name)).toEqual(['br0'])
    expect([...nl.link.list({ kind: 'no-such-kind' })]).toEqual([])
  })

  test('a kind’s own options, afterwards', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.add({ kind: 'bridge', name: 'br0' })
    nl.link.set({ name: 'br0', kind: 'bridge', ageingTimeMs: 10_000, stp: true })
    expect(nl.link.get({ name: 'br0' })?.bridge).toMatchObject({ ageingTimeMs: 10_000, stp: true })
  })

  test('into another namespace, by object, name, path and descriptor', async () => {
    await using ns = anonymousNamespace()
    await using far = anonymousNamespace()
    using nl = openNetlink({ ns })
    using there = openNetlink({ ns: far })
    const references = [far, far.fd, `/proc/self/fd/${far.fd}`]
    for (const [i, reference] of references.entries()) {
      nl.link.add({ kind: 'veth', name: 'a', peer: { name: 'b' } })
      nl.link.set({ name: 'b', ns: reference, newName: `b${i}` })
      expect(there.link.get({ name: `b${i}` })?.kind).toBe('veth')
      nl.link.delete({ name: 'a' })
      expect(there.link.get({ name: `b${i}` })).toBeUndefined()
    }
    nl.link.add({ kind: 'veth', name: 'a', ns: far, peer: { name: 'b' } })
    expect(there.link.get({ name: 'a' })?.kind).toBe('veth')
    expect(nl.link.get({ name: 'b' })?.kind).toBe('veth')
  })

  test('counters count', async () => {
    await using ns = anonymousNamespace()
    using nl = openNetlink({ ns })
    nl.link.set({ name: 'lo', up: true })
    await ns.exec('sh', ['-c', 'echo hello >/dev/udp/127.0.0.1/9 || bash -c "echo hello >/dev/udp/127.0.0.1/9"'])
    const statistics = nl.link.get({ name: 'lo' })?.statistics
    expect(statistics?.txBytes).toBeGreaterThan(0n)
    const [theirs] = await ipJson<{ stats64: { tx: { bytes: number; packets: number } } }>(
      ns,
      '-s',
      'link',
      'show',
      'lo',
    )
    expect(statistics).toMatchObject({
      txBytes: BigInt(theirs?.stats64.tx.bytes ?? 0),
      rxPackets: BigInt(theirs?.stats64.tx.packets ?? 0),
    })
    expect(nl.link.list({ statistics: false }).every((link) => link.statistics === undefined)).toBe(true)
  })

  test('an alternative name finds the device', async () => {
    await using ns = anonymousNamespace()
    using nl = pair(ns)
    await ns.exec('ip', ['link', 'property', 'add', 'dev', 'e0', 'altname', 'a-much-longer-name-for-e0'])
    expect(nl.link.get({ name: 'e0' })?.altNames).toEqual(['a-much-longer-name-for-e0'])
  })
})

function pair(ns: NetworkNamespace): ReturnType<typeof openNetlink> {
  const nl = openNetlink({ ns })
  nl.link.add({ kind: 'veth', name: 'e0', peer: { name: 'e1' } })
  return nl
}

/** What both readers have, as `ip` spells it. */
function asIp(link: Link): Partial<IpLink> {
  return {
    ifindex: link.index,
    ifname: link.name,
    flags: [...link.flags].filter((flag) => flag !== 'RUNNING').toSorted(),
    mtu: link.mtu,
    operstate: String(link.operState),
    address: link.address ?? '',
    broadcast: link.broadcast ?? '',
    ...(link.txQueueLength === 0 || link.txQueueLength === undefined ? {} : { txqlen: link.txQueueLength }),
    num_tx_queues: link.numTxQueues ?? 0,
    num_rx_queues: link.numRxQueues ?? 0,
    promiscuity: link.promiscuity ?? 0,
    min_mtu: link.minMtu ?? 0,
    max_mtu: link.maxMtu ?? 0,
    group: link.deviceGroup === 0 ? 'default' : String(link.deviceGroup),
    gso_max_size: link.gsoMaxSize ?? 0,
    ...(link.kind === undefined ? {} : { linkinfo: { info_kind: link.kind } }),
  }
}

function common(link: IpLink): Partial<IpLink> {
  const { ifindex, ifname, mtu, operstate, address, broadcast, num_tx_queues, num_rx_queues } = link
  const { promiscuity, min_mtu, max_mtu, group, gso_max_size, linkinfo, txqlen } = link
  return {
    ifindex,
    ifname,
    // ip derives these two from others.
    flags: link.flags.filter((flag) => !['NO-CARRIER', 'M-DOWN'].includes(flag)).toSorted(),
    mtu,
    operstate,
    address,
    broadcast,
    ...(txqlen === undefined ? {} : { txqlen }),
    num_tx_queues,
    num_rx_queues,
    promiscuity,
    min_mtu,
    max_mtu,
    group,
    gso_max_size,
    ...(linkinfo?.info_kind === undefined ? {} : { linkinfo: { info_kind: linkinfo.info_kind } }),
  }
}
