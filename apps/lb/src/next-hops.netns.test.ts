import { writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import {
  answered,
  holdConnections,
  type Host,
  needing,
  needs,
  startTraffic,
  type Traffic,
  traffic,
} from '@skep/testbed'
import { backends, families, inner, nextHopConfig, nextHopNetwork, routers, vips } from '../test/next-hop-network.ts'
import { sharedLab } from '../test/shared-lab.ts'
import { SkepLb } from '../test/skep-lb.ts'
import type { NextHopStatus } from '@skep/lb-engine'

const { describe } = needing(needs.root, needs.bpf)
const lab = sharedLab(nextHopNetwork)
const LANES = 4
const TIMEOUT_MS = answered(500)

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

/** The next hops with these addresses are told to do so, each in its line or together. */
async function untilTold(lb: SkepLb, addresses: readonly string[], message: string): Promise<void> {
  await Promise.all(addresses.map((one) => lb.untilLogged(new RegExp(`"address":"${one}".*"msg":"${message}"`))))
}

const near = Object.values(backends.near)

/** New connections of both families, one after the other. */
async function ask(requests: number): Promise<void> {
  for (const family of families) {
    const options = { protocol: 'tcp', address: vips[family], port: 7, requests, concurrency: LANES } as const
    expect((await traffic(lab.net.client, options)).failures).toEqual([])
  }
}

describe('a backend’s MAC address changes under load', () => {
  test('it says so: no more than what was in flight is lost; explain neighbor tells of it', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(nextHopConfig('near'))
    await using v4 = await load('v4')
    await using v6 = await load('v6')
    await Promise.all([v4.reached(100), v6.reached(100)])
    const told = untilTold(lb, near, 'next hops have other MAC addresses')
    const mac = move(lab.net.near, true)
    await told
    for (const flow of [v4, v6]) {
      await flow.reached(flow.progress.requests + 200)
      expect((await flow.stop()).failed).toBeLessThanOrEqual(LANES)
    }
    for (const address of near) expect(await nextHop(lb, address)).toMatchObject({ state: 'usable', mac, moves: 1 })
    await explains(lb, mac)
  }, 60_000)

  test.each(['auto', 'use'] as const)(
    'keep: %s: it says nothing, and the kernel’s probing finds it',
    async (keep) => {
      await using lb = SkepLb.on(lab.net.lb)
      await lb.start(nextHopConfig('near', `neighbors: { keep: ${keep}, refreshSeconds: 1 }`))
      await ask(10)
      for (const address of near) {
        const flags = lab.net.lb.netlink.neighbor.get({ device: 'eth1', address })?.flags
        if (keep === 'use') expect(flags).toEqual(['extern_learn'])
        else expect(flags).toContain('extern_learn')
      }
      const mac = move(lab.net.near, false)
      await Promise.all(near.map((address) => untilKnown(address, mac)))
      await ask(10)
    },
    60_000,
  )

  test('nobody runs the load balancer: the datapath asks the kernel’s routes', async () => {
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(nextHopConfig('near'))
    await using v4 = await load('v4')
    await using v6 = await load('v6')
    // Past the first beat, which lets the datapath keep next hops.
    await Promise.all([v4.reached(600), v6.reached(600)])
    await lb.end('SIGKILL')
    move(lab.net.near, true)
    for (const flow of [v4, v6]) {
      const { succeeded } = flow.progress
      await flow.reached(flow.progress.requests + 200)
      const report = await flow.stop()
      expect(report.succeeded).toBeGreaterThan(succeeded + 50)
      // The last beat is believed for three seconds: until then each lane loses one datagram a time-out.
      expect(report.failed).toBeLessThanOrEqual(LANES * (Math.ceil(3000 / TIMEOUT_MS) + 2))
    }
  }, 60_000)
})

async function explains(lb: SkepLb, mac: string): Promise<void> {
  const { stdout } = await lb.words('explain', 'neighbor', backends.near.v4)
  expect(stdout).toMatch(/^10\.1\.0\.11 is a neighbour$/m)
  expect(stdout).toMatch(/^next hop +10\.1\.0\.11 by eth1$/m)
  expect(stdout).toMatch(
    new RegExp(`^state +usable since \\S+ \\(\\d+ s\\), at ${mac} .*came with another MAC address once$`, 'm'),
  )
  expect(stdout).toMatch(/^used by +1 destination$/m)
  expect((await lb.words('explain', 'neighbor', '10.1.0.1')).stdout).toContain('is an address of this host (eth1)')
  expect((await lb.words('explain', 'neighbor', '203.0.113.9')).stdout).toContain('has no next hop')
  const wrong = await lb.words('explain', 'neighbor', 'here')
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('write an IPv4 or IPv6 address')])
}

describe('a route with two next hops', () => {
  const prefixes = { v4: '10.2.0.0/24', v6: '2001:db8:2::/64' } as const
  const both = (['router-a', 'router-b'] as const).map((name) => routers[name])
  const dying = Object.values(routers['router-a'])

  /** The routes to the far backend by both routers: for IPv4 a multipath route, for IPv6 a nexthop group. */
  function routes(): Disposable {
    const { route, nexthop } = lab.net.lb.netlink
    const group = both.map(({ v6 }, i) => ({ id: 1 + i, via: v6 }))
    for (const member of group) nexthop.add({ ...member, device: 'eth1' })
    nexthop.add({ id: 10, group: group.map(({ id }) => ({ id })) })
    route.replace({ destination: prefixes.v6, nexthopId: 10 })
    route.replace({ destination: prefixes.v4, nexthops: both.map(({ v4 }) => ({ via: v4 })) })
    return {
      [Symbol.dispose]: () => {
        for (const family of families) route.delete({ destination: prefixes[family] })
        for (const id of [10, 1, 2]) nexthop.delete({ id })
      },
    }
  }

  test('one dies: the traffic moves, open connections too; it comes back, and is told to answer', async () => {
    using _routes = routes()
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(nextHopConfig('far'))
    await ask(30)
    const known = (await lb.status()).nextHops.map(({ address }) => address)
    expect(known).toEqual(expect.arrayContaining(both.flatMap((one) => Object.values(one))))
    await using v4 = await holdConnections(lab.net.client, { address: vips.v4, port: 7, connections: 20 })
    await using v6 = await holdConnections(lab.net.client, { address: vips.v6, port: 7, connections: 20 })
    const lost = untilTold(lb, dying, 'next hops do not answer')
    lab.net['router-a'].netlink.link.set({ name: 'eth0', up: false })
    await lost
    await ask(30)
    for (const held of [v4, v6]) expect((await held.check()).broken).toEqual([])
    for (const address of dying) expect(await nextHop(lb, address)).toMatchObject({ state: 'failed', mac: null })
    const back = untilTold(lb, dying, 'next hops answer again')
    lab.net['router-a'].netlink.link.set({ name: 'eth0', up: true })
    restoreAddress('router-a')
    await back
    await ask(30)
    for (const address of dying) expect(await nextHop(lb, address)).toMatchObject({ state: 'usable' })
    using _answers = answersBy('router-a')
    const other = untilTold(lb, Object.values(routers['router-b']), 'next hops do not answer')
    lab.net['router-b'].netlink.link.set({ name: 'eth0', up: false })
    await other
    // Only the one that has come back is left to carry them.
    await ask(30)
    for (const held of [v4, v6]) expect((await held.check()).broken).toEqual([])
    lab.net['router-b'].netlink.link.set({ name: 'eth0', up: true })
    restoreAddress('router-b')
  }, 120_000)

  /** By which router the backend answers, until disposed. */
  function answersBy(router: keyof typeof inner): Disposable {
    const { route } = lab.net.far.netlink
    const towards = (one: keyof typeof inner): void =>
      Object.values(inner[one]).forEach((via) => route.replace({ destination: 'default', via }))
    towards(router)
    return { [Symbol.dispose]: () => towards('router-b') }
  }

  /** Down takes IPv6 addresses away. */
  function restoreAddress(router: keyof typeof routers): void {
    const { address } = lab.net[router].netlink
    address.add({ device: 'eth0', address: `${routers[router].v6}/64`, flags: ['nodad'] })
  }
})
