import { createConnection } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { httpServer, type Host, type Net, topology, traffic } from '@skep/testbed'
import { SkepLb } from '../../test/skep-lb.ts'
import type { AnnounceStatus } from './report.ts'

const vip4 = '10.0.0.100'
const vip6 = '2001:db8::100'
type Name = 'client' | 'one' | 'two' | 'backend'
let net: Net<Name>
let backend: AsyncDisposable

beforeAll(async () => {
  net = await topology({
    hosts: { client: {}, one: { forwarding: false }, two: { forwarding: false }, backend: {} },
    links: [
      {
        bridge: 'front',
        ends: {
          client: ['10.0.0.9/24', '2001:db8::9/64'],
          one: { addresses: ['10.0.0.1/24', '2001:db8::1/64'], passXdp: false },
          two: { addresses: ['10.0.0.2/24', '2001:db8::2/64'], passXdp: false },
        },
      },
      {
        bridge: 'back',
        ends: {
          one: { addresses: ['10.1.0.1/24', '2001:db8:1::1/64'], passXdp: false },
          two: { addresses: ['10.1.0.2/24', '2001:db8:1::2/64'], passXdp: false },
          backend: ['10.1.0.11/24', '2001:db8:1::11/64'],
        },
      },
    ],
  })
  backend = await httpServer(net.backend, { port: 8080 })
}, 30_000)

afterAll(async () => {
  await backend[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
}, 30_000)

interface Parts {
  readonly priority: number
  readonly weight?: number
  readonly more?: string
  readonly announce?: boolean
}

function config({ priority, weight = 1, more = '', announce = true }: Parts): string {
  const section = `
  announce:
    vrrp: [{ id: 51, device: eth0, priority: ${priority}, advertisementSeconds: 0.5${more} }]`
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0, eth1]${announce ? section : ''}
  services:
    - name: web
      frontends: [{ address: ${vip4}, port: 80 }, { address: "${vip6}", port: 80 }]
      backends:
        - { address: 10.1.0.11, port: 8080, weight: ${weight} }
        - { address: "2001:db8:1::11", port: 8080, weight: ${weight} }
`
}

/** Waits until a load balancer owns these addresses, and returns what it says. */
async function untilOwned(lb: SkepLb, ...addresses: string[]): Promise<AnnounceStatus> {
  for (;;) {
    const { announce } = await lb.status()
    const owned = announce?.routers.flatMap((router) => router.owned) ?? []
    if (announce !== null && owned.toSorted().join() === addresses.toSorted().join()) return announce
  }
}

const both = [vip4, vip6]

function mac(host: Host): string {
  return host.device('eth0').address!
}

/** Whom the client takes for the owner, by its table. */
function believed(): (string | undefined)[] {
  return both.map((address) => net.client.netlink.neighbor.get({ device: 'eth0', address })?.lladdr)
}

/** Asks over both families; nothing must fail. */
async function served(): Promise<void> {
  for (const url of [`http://${vip4}/`, `http://[${vip6}]/`]) {
    const report = await traffic(net.client, { protocol: 'http', url, requests: 20, concurrency: 2 })
    expect(report.failures).toEqual([])
  }
}

/** The announcer's process, killed; returns when it is gone. */
async function killAnnouncer(lb: SkepLb): Promise<void> {
  const { announce } = await lb.status()
  const connection = createConnection(join(lb.folder, 'run', lb.instance, 'announcer.sock'))
  const closed = new Promise<void>((resolve) => connection.once('close', () => resolve()).on('error', () => {}))
  await new Promise<void>((resolve) => connection.once('data', () => resolve()))
  connection.resume()
  process.kill(announce!.pid!, 'SIGKILL')
  await closed
}

test('two load balancers: one owns the addresses, serves, and hands over when it is uninstalled', async () => {
  await using one = SkepLb.on(net.one, 'one')
  await using two = SkepLb.on(net.two, 'two')
  await Promise.all([one.start(config({ priority: 150 })), two.start(config({ priority: 100 }))])
  const owner = await untilOwned(one, ...both)
  expect(owner.routers.map(({ state, family, priority }) => [family, state, priority])).toEqual([
    ['ipv4', 'active', 150],
    ['ipv6', 'active', 150],
  ])
  await untilOwned(two)
  await served()
  expect(believed()).toEqual([mac(net.one), mac(net.one)])
  // The host itself has none of the addresses: nothing is left when everything is killed.
  expect(await net.one.exec('ip', '-o', 'address')).not.toMatch(/10\.0\.0\.100|2001:db8::100/)
  expect((await two.command('status')).stdout).toMatch(
    /announced addresses\n.*eth0: virtual router 51 \(IPv4\) is backup for .*; 10\.0\.0\.1 said priority 150 .* ago/,
  )
  await one.end('SIGTERM')
  const { stdout } = await one.command('uninstall')
  expect(stdout).toMatch(/announcer \d+: ended, the addresses are left to others/)
  const { routers } = await untilOwned(two, ...both)
  expect(routers[0]?.text).toMatch(/is active for .*: 10\.0\.0\.1 gave the addresses up; priority 100/)
  await served()
  expect(believed()).toEqual([mac(net.two), mac(net.two)])
}, 90_000)

test('ownership stays when run ends, is killed and comes back; and when the announcer is killed beside it', async () => {
  await using one = SkepLb.on(net.one, 'one')
  await using two = SkepLb.on(net.two, 'two')
  // Slow enough that a loaded machine restarts in time: three intervals are nine seconds.
  const slow = (priority: number) =>
    config({ priority }).replace('advertisementSeconds: 0.5', 'advertisementSeconds: 3')
  await one.start(slow(255))
  const { pid } = await untilOwned(one, ...both)
  await two.start(slow(100))
  await one.end('SIGTERM')
  expect((await untilOwned(one, ...both)).pid).toBe(pid)
  await one.start()
  await one.end('SIGKILL')
  await served()
  await one.start()
  expect((await untilOwned(one, ...both)).pid).toBe(pid)
  await one.reload(slow(150))
  await killAnnouncer(one)
  const after = await untilOwned(one, ...both)
  expect(after.pid).not.toBe(pid)
  expect(after.routers[0]?.text).toContain('it was active before a restart')
  expect((await two.status()).announce?.routers.map(({ state }) => state)).toEqual(['backup', 'backup'])
  await served()
  // Other sockets, the same owner.
  await one.reload(slow(150).replace('priority: 150', 'priority: 150, peers: [10.0.0.2, "2001:db8::2"]'))
  await one.untilLogged(/initialize → active/)
  expect((await untilOwned(one, ...both)).pid).toBe(after.pid)
}, 90_000)

test('check says what would be announced; an address that is left on the host is told there and in status', async () => {
  await using one = SkepLb.on(net.one, 'one')
  one.configure(config({ priority: 150 }))
  const stray = { device: 'eth0', address: `${vip4}/32` }
  net.one.netlink.address.add(stray)
  try {
    const checked = await one.command('check', '--config', one.configFile)
    expect(checked.stdout).toContain(
      `announce: virtual router 51 (IPv4) on eth0, from 10.0.0.1, priority 150: ${vip4}\nannounce: virtual router 51 (IPv6) on eth0, from fe80::`,
    )
    const advice = `take it away: ip address delete ${vip4}/32 dev eth0`
    expect(checked.stdout + checked.stderr).toContain(advice)
    await one.start()
    expect((await untilOwned(one, ...both)).routers[0]?.text).toContain(advice)
  } finally {
    net.one.netlink.address.delete(stray)
  }
  for (;;) {
    const { announce } = await one.status()
    if (!announce!.routers[0]!.text.includes('take it away')) return
  }
}, 90_000)

test('SIGTERM to all, as when the host shuts down, hands over at once', async () => {
  await using one = SkepLb.on(net.one, 'one')
  await using two = SkepLb.on(net.two, 'two')
  const slow = (priority: number) =>
    config({ priority }).replace('advertisementSeconds: 0.5', 'advertisementSeconds: 3')
  await one.start(slow(255))
  const { pid } = await untilOwned(one, ...both)
  await two.start(slow(100))
  await untilOwned(two)
  await one.end('SIGTERM')
  process.kill(pid!, 'SIGTERM')
  const { routers } = await untilOwned(two, ...both)
  expect(routers[0]?.text).toContain('10.0.0.1 gave the addresses up')
  await served()
}, 90_000)

test('all processes killed: nobody answers there any more, and the other takes over', async () => {
  await using one = SkepLb.on(net.one, 'one')
  await using two = SkepLb.on(net.two, 'two')
  await Promise.all([one.start(config({ priority: 150 })), two.start(config({ priority: 100 }))])
  await untilOwned(one, ...both)
  await one.end('SIGKILL')
  await killAnnouncer(one)
  expect((await one.command('status')).stdout).toContain('NO PROCESS ANNOUNCES')
  await untilOwned(two, ...both)
  await served()
  expect(believed()).toEqual([mac(net.two), mac(net.two)])
  await one.start()
  await untilOwned(one, ...both)
  await served()
  expect(believed()).toEqual([mac(net.one), mac(net.one)])
}, 90_000)

test('without a usable backend the addresses go to the other, and come back', async () => {
  await using one = SkepLb.on(net.one, 'one')
  await using two = SkepLb.on(net.two, 'two')
  await Promise.all([one.start(config({ priority: 150 })), two.start(config({ priority: 100 }))])
  await untilOwned(one, ...both)
  await one.reload(config({ priority: 150, weight: 0 }))
  await untilOwned(two, ...both)
  const { routers } = await untilOwned(one)
  expect(routers[0]?.text).toContain('does not take part')
  expect(routers[0]?.text).toContain('no service has a usable backend (web)')
  await one.reload(config({ priority: 150 }))
  await untilOwned(one, ...both)
  await untilOwned(two)
  await served()
}, 90_000)

test('a device that goes down leaves the addresses to the other; taken out of the configuration, the announcer ends', async () => {
  await using one = SkepLb.on(net.one, 'one')
  await using two = SkepLb.on(net.two, 'two')
  await Promise.all([one.start(config({ priority: 150 })), two.start(config({ priority: 100 }))])
  await untilOwned(one, ...both)
  net.one.netlink.link.set({ name: 'eth0', up: false })
  try {
    await untilOwned(two, ...both)
    expect((await untilOwned(one)).routers[0]?.text).toBe('virtual router 51 does not take part: eth0 is down')
  } finally {
    net.one.netlink.link.set({ name: 'eth0', up: true })
  }
  await two.reload(config({ priority: 100, announce: false }))
  while ((await two.status()).announce !== null);
}, 90_000)
