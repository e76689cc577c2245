import { writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { holdConnections, type Host, needing, needs, startTraffic, type Traffic, traffic } from '@skep/testbed'
import { backends, families, nextHopConfig, nextHopNetwork, routers, vips } from '../test/next-hop-network.ts'
import { sharedLab } from '../test/shared-lab.ts'
import { SkepLb } from '../test/skep-lb.ts'
import type { NextHopStatus } from './status/status.ts'

const { describe } = needing(needs.root, needs.bpf)
const lab = sharedLab(nextHopNetwork)
const LANES = 4
const TIMEOUT_MS = 500

/** Datagrams that are answered, each before the next of its lane is sent: what is in flight is one a lane. */
function load(family: 'v4' | 'v6'): Promise<Traffic> {
  const options = { protocol: 'udp', address: vips[family], port: 7, concurrency: LANES } as const
  return startTraffic(lab.net.client, { ...options, perSecond: 400, timeoutMs: TIMEOUT_MS })
}

let last = 0x10
/** Another MAC address, told to nobody unless `tell`. */
function move(host: Host, tell: boolean): string {
  const address = `02:00:00:00:99:${(last++).toString(16)}`
  host.run(() => {
    for (const key of ['ipv4/conf/eth0/arp_notify', 'ipv6/conf/eth0/ndisc_notify']) writeSetting(key, tell ? '1' : '0')
  })
  host.netlink.link.set({ name: 'eth0', address })
  return address
}

function writeSetting(key: string, value: string): void {
  writeFileSync(`/proc/sys/net/${key}`, value)
}

async function nextHop(lb: SkepLb, address: string): Promise<NextHopStatus | undefined> {
  return (await lb.status()).nextHops.find((one) => one.address === address)
}

/** Waits for the kernel of the load balancer's host to know a neighbour by this address. */
async function untilKnown(address: string, lladdr: string): Promise<void> {
  const entry = () => lab.net.lb.netlink.neighbor.get({ device: 'eth1', address })
  await using monitor = lab.net.lb.netlink.monitor(['neighbor'])
  for await (const _ of monitor) if (entry()?.lladdr === lladdr) return
}

describe('a backend’s MAC address changes under load', () => {
  test.each(families)(
    '%s: it says so: no more than what was in flight is lost',
    async (family) => {
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(nextHopConfig('near'))
      await using flow = await load(family)
      await flow.reached(200)
      const moved = lb.untilLogged(/"msg":"next hops have other MAC addresses"/)
      const mac = move(lab.net.near, true)
      await moved
      await flow.reached(flow.progress.requests + 400)
      const report = await flow.stop()
      expect(report.failed).toBeLessThanOrEqual(LANES)
      expect(await nextHop(lb, backends.near[family])).toMatchObject({ state: 'usable', mac, moves: 1 })
    },
    60_000,
  )

  test.each([
    ['v4', 'auto'],
    ['v6', 'auto'],
    ['v4', 'use'],
    ['v6', 'use'],
  ] as const)(
    '%s, keep: %s: it says nothing, and the kernel’s probing finds it',
    async (family, keep) => {
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(nextHopConfig('near', `neighbors: { keep: ${keep}, refreshSeconds: 1 }`))
      const before = await traffic(lab.net.client, { protocol: 'tcp', address: vips[family], port: 7, requests: 20 })
      expect(before.failures).toEqual([])
      const flags = lab.net.lb.netlink.neighbor.get({ device: 'eth1', address: backends.near[family] })?.flags
      expect(flags).toEqual(keep === 'auto' ? ['extern_learn', 'managed'] : ['extern_learn'])
      const mac = move(lab.net.near, false)
      await untilKnown(backends.near[family], mac)
      const after = await traffic(lab.net.client, { protocol: 'tcp', address: vips[family], port: 7, requests: 20 })
      expect(after.failures).toEqual([])
    },
    60_000,
  )

  test.each(families)(
    '%s: nobody runs the load balancer: the datapath asks the kernel’s routes',
    async (family) => {
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(nextHopConfig('near'))
      await using flow = await load(family)
      await flow.reached(200)
      await lb.end('SIGKILL')
      move(lab.net.near, true)
      const { succeeded } = flow.progress
      await flow.reached(flow.progress.requests + 400)
      const report = await flow.stop()
      expect(report.succeeded).toBeGreaterThan(succeeded + 100)
      // The last beat is believed for three seconds: until then each lane loses one datagram a time-out.
      expect(report.failed).toBeLessThanOrEqual(LANES * (Math.ceil(3000 / TIMEOUT_MS) + 2))
      expect(report.failed).toBeGreaterThan(0)
    },
    60_000,
  )
})

describe('a route with two next hops', () => {
  const prefixes = { v4: '10.2.0.0/24', v6: '2001:db8:2::/64' } as const
  const both = (['router-a', 'router-b'] as const).map((name) => routers[name])

  /** Frames that a router has received from the load balancer's side. */
  const received = (name: keyof typeof routers): number =>
    Number(lab.net[name].device('eth0').statistics?.rxPackets ?? 0)

  /** The routes to the far backend, by two routers each. */
  function routes(): Disposable {
    const { route } = lab.net.lb.netlink
    for (const family of families)
      route.replace({ destination: prefixes[family], nexthops: both.map((one) => ({ via: one[family] })) })
    return {
      [Symbol.dispose]: () => {
        for (const family of families) route.delete({ destination: prefixes[family] })
      },
    }
  }

  test.each(families)(
    '%s: one dies: the traffic moves, open connections too; it comes back, and has its share',
    async (family) => {
      using _routes = routes()
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(nextHopConfig('far'))
      const ask = (requests: number) =>
        traffic(lab.net.client, { protocol: 'tcp', address: vips[family], port: 7, requests, concurrency: 4 })
      expect((await ask(100)).failures).toEqual([])
      const { nextHops } = await lb.status()
      expect(nextHops.map(({ address }) => address)).toEqual(expect.arrayContaining(both.map((one) => one[family])))
      const shares = (): number[] => [received('router-a'), received('router-b')]
      expect(Math.min(...shares())).toBeGreaterThan(50)
      await using held = await holdConnections(lab.net.client, { address: vips[family], port: 7, connections: 20 })
      const lost = lb.untilLogged(/"msg":"next hops do not answer"/)
      lab.net['router-a'].netlink.link.set({ name: 'eth0', up: false })
      await lost
      expect((await ask(100)).failures).toEqual([])
      expect((await held.check()).broken).toEqual([])
      expect(await nextHop(lb, routers['router-a'][family])).toMatchObject({ state: 'failed', mac: null })
      const back = lb.untilLogged(/"msg":"next hops answer again"/)
      lab.net['router-a'].netlink.link.set({ name: 'eth0', up: true })
      restoreAddress(lab.net['router-a'])
      await back
      const before = received('router-a')
      expect((await ask(100)).failures).toEqual([])
      expect(received('router-a')).toBeGreaterThan(before + 50)
    },
    60_000,
  )

  /** Down takes IPv6 addresses away. */
  function restoreAddress({ netlink }: Host): void {
    netlink.address.add({ device: 'eth0', address: `${routers['router-a'].v6}/64`, flags: ['nodad'] })
  }
})

describe('explain neighbor', () => {
  test('says how a next hop does, and what an address is behind', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(nextHopConfig('near'))
    await traffic(lab.net.client, { protocol: 'tcp', address: vips.v4, port: 7, requests: 5 })
    const { stdout } = await lb.words('explain', 'neighbor', backends.near.v4)
    expect(stdout).toMatch(/^10\.1\.0\.11 is a neighbour$/m)
    expect(stdout).toMatch(/^next hop +10\.1\.0\.11 by eth1$/m)
    expect(stdout).toMatch(/^state +usable since \S+ \(\d+ s\), at 02:/m)
    expect(stdout).toMatch(/^used by +1 destination$/m)
    expect((await lb.words('explain', 'neighbor', '10.1.0.1')).stdout).toContain('is an address of this host (eth1)')
    expect((await lb.words('explain', 'neighbor', '203.0.113.9')).stdout).toContain('has no next hop')
    const wrong = await lb.words('explain', 'neighbor', 'here')
    expect([wrong.code, wrong.stderr]).toEqual([
      expect.any(Number),
      expect.stringContaining('write an IPv4 or IPv6 address'),
    ])
  }, 60_000)
})
