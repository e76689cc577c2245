import { expect } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { ipJson, together } from '../../test/ip.ts'
import { anonymousNamespace } from '../namespace/named.ts'
import type { NetworkNamespace } from '../namespace/namespace.ts'
import type { Netlink } from '../netlink.ts'
import { openNetlink } from '../netlink.ts'
import type { Route } from './route-types.ts'

const { describe, test } = needing(needs.root, needs.binary('ip'))

interface IpRoute {
  type?: string
  dst: string
  gateway?: string
  via?: { family: string; host: string }
  dev?: string
  protocol: string
  scope?: string
  prefsrc?: string
  metric?: number
  metrics?: Record<string, unknown>[]
  nhid?: number
  nexthops?: { gateway?: string; via?: { host: string }; dev: string; weight: number; flags: string[] }[]
  flags: string[]
}

describe('what is added is read by ip, and the same from here', () => {
  test('in the main table, of every sort', async () => {
    await using ns = anonymousNamespace()
    using nl = router(ns)
    const e1 = index(nl, 'e1')
    nl.route.add({ destination: 'default', via: '10.0.0.9' })
    nl.route.add({ destination: 'default', via: '10.0.0.8', metric: 100 })
    nl.route.add({ destination: '10.2.0.0/16', device: 'e0', source: '10.0.0.1', protocol: 'static' })
    nl.route.add({ destination: '10.3.0.3', via: 'fe80::9', device: 'e0' })
    nl.route.add({ destination: '10.4.0.0/16', via: '192.0.2.1', index: e1, flags: ['onlink'], protocol: 'bgp' })
    nl.route.add({
      destination: '10.5.0.0/16',
      via: '10.0.0.9',
      metrics: { mtu: 1300, advmss: 1200, initcwnd: 20, lock: 1 << 2 },
    })
    nl.route.add({
      destination: '10.6.0.0/16',
      nexthops: [
        { via: '10.0.0.9', weight: 3 },
        { via: '10.1.0.9', weight: 256 },
      ],
    })
    nl.route.add({ destination: '10.7.0.0/16', type: 'blackhole' })
    nl.route.add({ destination: '10.8.0.0/16', type: 'unreachable', metric: 4 })
    nl.route.add({ destination: '10.9.0.0/16', type: 'prohibit' })
    nl.route.add({ destination: '10.10.0.0/16', type: 'throw' })
    await agree(ns, nl, 'ipv4', 'main')
  })

  test('for IPv6', async () => {
    await using ns = anonymousNamespace()
    using nl = router(ns)
    nl.route.add({ destination: 'default', via: 'fe80::9', device: 'e0', metric: 7, preference: 'high' })
    nl.route.add({
      destination: '2001:db8:1::/48',
      nexthops: [{ via: '2001:db8::9', weight: 2 }, { via: '2001:db8::8' }],
    })
    nl.route.add({ destination: '2001:db8:2::/48', type: 'blackhole' })
    nl.route.add({ destination: '2001:db8:3::3', device: 'e1', metrics: { mtu: 1400 } })
    await agree(ns, nl, 'ipv6', 'main')
  })

  test('in the local table and in one of the user’s own', async () => {
    await using ns = anonymousNamespace()
    using nl = router(ns)
    nl.route.add({ destination: '10.20.0.0/16', type: 'local', device: 'lo' })
    nl.route.add({ destination: '10.0.0.0/8', via: '10.0.0.9', table: 1000 })
    await agree(ns, nl, 'ipv4', 'local')
    await agree(ns, nl, 'ipv4', 1000)
    expect([...nl.route.list({ table: 1000 })]).toHaveLength(1)
    const tables = new Set([...nl.route.list({ table: 'all' })].map(({ table }) => table))
    expect([...tables].toSorted((a, b) => a - b)).toEqual([254, 255, 1000])
  })

  test('with nexthop objects', async () => {
    await using ns = anonymousNamespace()
    using nl = router(ns)
    nl.nexthop.add({ id: 1, via: '10.0.0.9', device: 'e0' })
    nl.nexthop.add({ id: 2, via: '10.1.0.9', device: 'e1' })
    nl.nexthop.add({ id: 3, group: [{ id: 1, weight: 5 }, { id: 2 }] })
    nl.route.add({ destination: '10.30.0.0/16', nexthopId: 3 })
    nl.route.add({ destination: '10.31.0.0/16', nexthopId: 1 })
    await agree(ns, nl, 'ipv4', 'main')
  })
})

describe('list', () => {
  test('filters by protocol, type and device', async () => {
    await using ns = anonymousNamespace()
    using nl = router(ns)
    nl.route.add({ destination: '10.2.0.0/16', via: '10.1.0.9', protocol: 'bird' })
    nl.route.add({ destination: '10.3.0.0/16', type: 'blackhole' })
    const destinations = (options: Parameters<Netlink['route']['list']>[0]): string[] =>
      [...nl.route.list({ family: 'ipv4', ...options })].map(({ destination }) => destination)
    expect(destinations({ protocol: 'bird' })).toEqual(['10.2.0.0/16'])
    expect(destinations({ type: 'blackhole' })).toEqual(['10.3.0.0/16'])
    expect(destinations({ device: 'e1' })).toEqual(['10.1.0.0/24', '10.2.0.0/16'])
    expect(destinations({ table: 4711 })).toEqual([])
  })

  test('a table of thousands comes whole', async () => {
    await using ns = anonymousNamespace()
    using nl = router(ns)
    const wanted = Array.from({ length: 5000 }, (_, i) => `10.${100 + (i >> 8)}.${i & 255}.0/24`)
    for (const destination of wanted) nl.route.add({ destination, via: '10.0.0.9', table: 500 })
    expect([...nl.route.list({ table: 500 })].map(({ destination }) => destination)).toEqual(wanted)
  })
})

describe('replace, append, delete', () => {
  test('replace takes the place of the one there is', async () => {
    await using ns = anonymousNamespace()
    using nl = router(ns)
    const destination = '10.2.0.0/16'
    nl.route.add({ destination, via: '10.0.0.9' })
    expect(() => nl.route.add({ destination, via: '10.1.0.9' })).toThrow(expect.objectContaining({ code: 'EXISTS' }))
    nl.route.replace({ destination, via: '10.1.0.9' })
    expect([...nl.route.list({ device: 'e1' })].find((route) => route.destination === destination)?.via).toBe(
      '10.1.0.9',
    )
    nl.route.append({ destination, via: '10.0.0.9' })
    nl.route.delete({ destination, via: '10.1.0.9' })
    const left = [...nl.route.list()].filter((route) => route.destination === destination)
    expect(left.map(({ via }) => via)).toEqual(['10.0.0.9'])
    nl.route.delete({ destination })
    expect(() => nl.route.delete({ destination })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
  })

  test('a listed route can be deleted as it was listed', async () => {
    await using ns = anonymousNamespace()
    using nl = router(ns)
    nl.route.add({ destination: '10.2.0.0/16', via: '10.0.0.9', table: 77, metric: 5 })
    nl.route.add({ destination: '10.2.0.0/16', type: 'blackhole', table: 77, metric: 6 })
    for (const { destination, table, metric, type } of nl.route.list({ table: 77 }))
      nl.route.delete({ destination, table, ...(metric === undefined ? {} : { metric }), type: type as 'unicast' })
    expect([...nl.route.list({ table: 77 })]).toEqual([])
  })
})

describe('get', () => {
  test('tells device, gateway and source', async () => {
    await using ns = anonymousNamespace()
    using nl = router(ns)
    nl.route.add({ destination: '10.2.0.0/16', via: '10.1.0.9' })
    expect(nl.route.get('10.2.3.4')).toMatchObject({
      index: index(nl, 'e1'),
      via: '10.1.0.9',
      source: '10.1.0.1',
      table: 254,
    })
    expect(nl.route.get('10.0.0.7')).toMatchObject({ index: index(nl, 'e0'), source: '10.0.0.1' })
    expect(nl.route.get('10.0.0.7')).not.toHaveProperty('via')
    expect(nl.route.get('2001:db8::7')).toMatchObject({ family: 'ipv6', index: index(nl, 'e0') })
    expect(nl.route.get('10.0.0.1')).toMatchObject({ type: 'local' })
  })

  test('by mark, incoming and outgoing device', async () => {
    await using ns = anonymousNamespace()
    using nl = router(ns)
    ns.run(() => nl)
    nl.route.add({ destination: 'default', via: '10.0.0.9' })
    nl.route.add({ destination: 'default', via: '10.1.0.9', table: 100 })
    nl.route.add({ destination: 'default', via: '10.1.0.8', metric: 9 })
    nl.rule.add({ fwmark: 7, table: 100 })
    await ns.exec('sh', ['-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward'])
    expect(nl.route.get({ destination: '192.0.2.1' })?.via).toBe('10.0.0.9')
    expect(nl.route.get({ destination: '192.0.2.1', mark: 7 })).toMatchObject({ via: '10.1.0.9', table: 100, mark: 7 })
    expect(nl.route.get({ destination: '192.0.2.1', oif: 'e1' })?.via).toBe('10.1.0.8')
    expect(nl.route.get({ destination: '192.0.2.1', source: '10.0.0.55', iif: 'e0' })).toMatchObject({
      via: '10.0.0.9',
      incomingIndex: index(nl, 'e0'),
      from: '10.0.0.55/32',
    })
    expect(nl.route.get({ destination: '192.0.2.1', fibMatch: true })?.destination).toBe('0.0.0.0/0')
  })

  test('no route is undefined, a route that refuses is REFUSED', async () => {
    await using ns = anonymousNamespace()
    using nl = router(ns)
    expect(nl.route.get('192.0.2.1')).toBeUndefined()
    expect(nl.route.get('2001:db8:ffff::1')).toBeUndefined()
    nl.route.add({ destination: '10.7.0.0/16', type: 'blackhole' })
    nl.route.add({ destination: '10.8.0.0/16', type: 'unreachable' })
    nl.route.add({ destination: '10.9.0.0/16', type: 'prohibit' })
    for (const [address, reason] of [
      ['10.7.0.1', 'blackhole'],
      ['10.8.0.1', 'unreachable'],
      ['10.9.0.1', 'prohibit'],
    ] as const) {
      expect(() => nl.route.get(address)).toThrow(expect.objectContaining({ code: 'REFUSED' }))
      expect(() => nl.route.get(address)).toThrow(reason)
    }
  })
})

function router(ns: NetworkNamespace): Netlink {
  const nl = openNetlink({ ns })
  nl.link.set({ name: 'lo', up: true })
  for (const [i, name] of ['e0', 'e1'].entries()) {
    nl.link.add({ kind: 'veth', name, up: true, peer: { name: `p${i}`, up: true } })
    nl.address.add({ device: name, address: `10.${i}.0.1/24` })
  }
  nl.address.add({ device: 'e0', address: '2001:db8::1/64', flags: ['nodad'] })
  return nl
}

function index(nl: Netlink, name: string): number {
  return nl.link.get({ name })?.index ?? 0
}

async function agree(
  ns: NetworkNamespace,
  nl: Netlink,
  family: 'ipv4' | 'ipv6',
  table: 'main' | 'local' | number,
): Promise<void> {
  const names = new Map([...nl.link.list()].map((link) => [link.index, link.name] as const))
  const [ours, theirs] = await together(
    () => [...nl.route.list({ family, table })].map((route) => asIp(route, names)),
    () => ipJson<IpRoute>(ns, family === 'ipv6' ? '-6' : '-4', 'route', 'show', 'table', String(table)),
  )
  expect(ours).toEqual(theirs.map(common))
  expect(ours.length).toBeGreaterThan(0)
}

function asIp(route: Route, names: ReadonlyMap<number, string>): unknown {
  return {
    type: route.type,
    dst: destinationOf(route),
    gateway: route.via,
    dev: route.index === undefined ? undefined : names.get(route.index),
    protocol: route.protocol,
    scope: route.scope,
    prefsrc: route.source,
    metric: route.metric,
    mtu: route.metrics?.mtu,
    nhid: route.nexthopId,
    nexthops: route.nexthops?.map(({ via, index, weight }) => ({ via, dev: names.get(index ?? 0), weight })),
    flags: route.flags,
  }
}

function common(route: IpRoute): unknown {
  return {
    type: route.type ?? 'unicast',
    dst: route.dst,
    gateway: route.gateway ?? route.via?.host,
    dev: route.dev,
    protocol: route.protocol,
    scope: route.scope,
    prefsrc: route.prefsrc,
    metric: route.metric,
    mtu: route.metrics?.map((each) => each['mtu']).find((mtu) => mtu !== undefined),
    nhid: route.nhid,
    nexthops: route.nexthops?.map(({ gateway, via, dev, weight }) => ({ via: gateway ?? via?.host, dev, weight })),
    flags: route.flags,
  }
}

/** ip leaves the prefix of a host route out. */
function destinationOf({ destination, family }: Route): string {
  if (destination.endsWith('/0')) return 'default'
  return destination.replace(family === 'ipv6' ? /\/128$/ : /\/32$/, '')
}
