import { mkdirSync, mkdtempDisposableSync } from 'node:fs'
import { duplexPair } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { formatCommunity, type Incoming, type ReceivedRoute, Speaker, type Transport } from '@skep/bgp'
import { pino } from 'pino'
import type { Config } from '../config/config.ts'
import { parseConfig } from '../config/load.ts'
import { instancePaths, type InstancePaths } from '../instance/paths.ts'
import { renderMetrics } from '@skep/daemon'
import { formatBgp } from '../get/bgp.ts'
import { BgpAnnouncer } from './announcer.ts'
import { withdrawRoutes } from './withdraw.ts'

const [ours, theirs] = ['10.0.0.1', '10.0.0.254']
const silent = pino({ level: 'silent' })

/** A wire between a load balancer and the router that it connects to. */
class Wire {
  #accept: ((incoming: Incoming) => void) | undefined
  readonly router: Transport = {
    connect: () => Promise.reject(new Error('the router waits')),
    listen: (_address, _port, accept) => {
      this.#accept = accept
      return { setPassword: () => undefined, [Symbol.dispose]: () => undefined }
    },
  }
  readonly loadBalancer: Transport = {
    connect: () => {
      const [near, far] = duplexPair()
      const link = { stream: far, local: theirs, remote: ours }
      this.#accept?.({ remote: ours, take: () => link, [Symbol.dispose]: () => void far.destroy() })
      return Promise.resolve({ stream: near, local: ours, remote: theirs })
    },
    listen: () => ({ setPassword: () => undefined, [Symbol.dispose]: () => undefined }),
  }
}

function router({ router: transport }: Wire): Speaker {
  const peers = [{ name: 'lb', address: ours, asn: 65001, passive: true, gracefulRestart: 60 }]
  const speaker = new Speaker({ asn: 65000, routerId: theirs, listen: { addresses: ['0.0.0.0'] }, peers, transport })
  speaker.start()
  return speaker
}

function config(weight: number, more = '', frontends = '{ address: 192.0.2.10, port: 80 }'): Config {
  return parseConfig(
    'lb.yaml',
    `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  bgp: { asn: 65001, routerId: ${ours}, drainSeconds: 1, peers: [{ name: tor, address: ${theirs}, asn: 65000 }${more}] }
  services:
    - name: web
      frontends: [${frontends}]
      bgp: { med: 50, communities: ["65001:100"] }
      backends: [{ address: 10.1.0.11, port: 80, weight: ${weight} }]
`,
  )
}

function place(folder: string): InstancePaths {
  const paths = instancePaths({ instance: 'test', bpfRoot: folder, runDir: join(folder, 'run') })
  mkdirSync(paths.run, { recursive: true })
  return paths
}

/** What the router has of the load balancer, once it is so. */
async function has(speaker: Speaker, wanted: (routes: readonly ReceivedRoute[]) => boolean): Promise<ReceivedRoute[]> {
  for (;;) {
    const { ipv4 } = speaker.received('lb')
    if (wanted(ipv4)) return ipv4
    await turn()
  }
}

const some = (routes: readonly unknown[]) => routes.length > 0
const isMarked = (routes: readonly ReceivedRoute[]) =>
  routes.some(({ attributes }) => attributes.communities?.map(formatCommunity).includes('graceful-shutdown'))
const none = (routes: readonly unknown[]) => routes.length === 0

test('a route is there while a backend is usable; it carries what the service says', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-bgp-'))
  const wire = new Wire()
  using tor = router(wire)
  await using bgp = new BgpAnnouncer(place(folder.path), silent, wire.loadBalancer)
  bgp.want(config(0))
  expect(bgp.report()?.routes).toMatchObject([
    { state: 'withheld', why: '0 of 1 backends usable: 1 with weight 0', peers: [] },
  ])
  bgp.want(config(1))
  const [route] = await has(tor, some)
  expect(route).toMatchObject({ prefix: '192.0.2.10/32', attributes: { med: 50 } })
  expect(route?.attributes.communities?.map(formatCommunity)).toEqual(['65001:100'])
  expect(bgp.report()).toMatchObject({
    problem: null,
    peers: [{ name: 'tor', state: 'established', advertised: 1, gracefulRestart: 60 }],
    routes: [{ state: 'announced', peers: [{ peer: 'tor', announced: true }] }],
  })
  bgp.want(config(0))
  await has(tor, none)
}, 30_000)

test('the router keeps the routes while nobody speaks with it, and forgets those that are not announced again', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-bgp-'))
  const paths = place(folder.path)
  const wire = new Wire()
  using tor = router(wire)
  {
    await using first = new BgpAnnouncer(paths, silent, wire.loadBalancer)
    first.want(config(1, '', '{ address: 192.0.2.10, port: 80 }, { address: 192.0.2.11, port: 80 }'))
    await has(tor, (routes) => routes.length === 2)
  }
  while (tor.peer('lb').state === 'established') await turn()
  expect(tor.received('lb').ipv4).toHaveLength(2)
  await using second = new BgpAnnouncer(paths, silent, wire.loadBalancer)
  second.want(config(1))
  const left = await has(tor, (routes) => routes.length === 1)
  expect(left[0]?.prefix).toBe('192.0.2.10/32')
}, 30_000)

test('an address that leaves is marked with GRACEFUL_SHUTDOWN and kept in the configuration; then it is withdrawn', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-bgp-'))
  const wire = new Wire()
  using tor = router(wire)
  await using bgp = new BgpAnnouncer(place(folder.path), silent, wire.loadBalancer)
  const before = config(1)
  bgp.want(bgp.take(undefined, before))
  await has(tor, some)
  const after = { ...before, services: [] }
  const effective = bgp.take(before, after)
  expect(effective.services).toEqual(before.services)
  bgp.want(effective)
  await has(tor, isMarked)
  while (!bgp.isDue) await turn()
  bgp.want(bgp.keep(after))
  await has(tor, none)
}, 30_000)

test('a drain that is under way goes on in the next process: of an address, and of all of them', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-bgp-'))
  const paths = place(folder.path)
  const wire = new Wire()
  using tor = router(wire)
  const before = config(1)
  const after = { ...before, services: [] }
  {
    await using first = new BgpAnnouncer(paths, silent, wire.loadBalancer)
    first.want(first.take(undefined, before))
    await has(tor, some)
    first.want(first.take(before, after))
    await has(tor, isMarked)
  }
  {
    // The file that says what is carried out was written already.
    await using second = new BgpAnnouncer(paths, silent, wire.loadBalancer)
    const effective = second.take(after, after)
    expect(effective.services).toEqual(before.services)
    second.want(effective)
    expect(await has(tor, isMarked)).toHaveLength(1)
    while (!second.isDue) await turn()
    second.want(second.keep(after))
    await has(tor, none)
    second.want(second.take(after, before))
    await has(tor, some)
    const { bgp: _, ...plain } = before
    second.want(plain)
    await has(tor, isMarked)
  }
  await using third = new BgpAnnouncer(paths, silent, wire.loadBalancer)
  const { bgp: _, ...plain } = before
  third.want(plain)
  expect(third.report()?.routes).toMatchObject([{ state: 'draining' }])
  while (tor.peer('lb').state !== 'established') await turn()
  expect(await has(tor, isMarked)).toHaveLength(1)
  await has(tor, none)
}, 60_000)

test('without spec.bgp all routes are marked first, then the session ends', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-bgp-'))
  const wire = new Wire()
  using tor = router(wire)
  await using bgp = new BgpAnnouncer(place(folder.path), silent, wire.loadBalancer)
  bgp.want(config(1))
  await has(tor, some)
  const { bgp: _, ...plain } = config(1)
  bgp.want(plain)
  expect(bgp.report()?.routes).toMatchObject([{ state: 'draining', why: 'spec.bgp is left out' }])
  await has(tor, isMarked)
  await has(tor, none)
  expect(bgp.report()).toBeUndefined()
}, 30_000)

test('a peer that comes or goes leaves the session of the other alone', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-bgp-'))
  const wire = new Wire()
  using tor = router(wire)
  await using bgp = new BgpAnnouncer(place(folder.path), silent, wire.loadBalancer)
  bgp.want(config(1))
  await has(tor, some)
  const before = bgp.report()?.peers[0]?.since
  bgp.want(config(1, ', { name: spine, address: 10.0.0.99, asn: 65009, passive: true }'))
  expect(bgp.report()?.peers).toMatchObject([{ name: 'spine' }, { name: 'tor', since: before, flaps: 0 }])
  bgp.want(config(1))
  expect(bgp.report()?.peers).toMatchObject([
    { name: 'spine', leaving: true },
    { name: 'tor', leaving: false, since: before, state: 'established' },
  ])
  while (!bgp.isDue) await turn()
  bgp.want(config(1))
  expect(bgp.report()?.peers).toMatchObject([{ name: 'tor', since: before, state: 'established' }])
}, 30_000)

test('a peer that is left is told to take other ways first, by the next process too; then it reads why', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-bgp-'))
  const paths = place(folder.path)
  const wire = new Wire()
  using tor = router(wire)
  const spine = '{ name: spine, address: 10.0.0.99, asn: 65009, passive: true }'
  const without = (drainSeconds: number): Config => {
    const all = config(1, `, ${spine}`)
    const peers = all.bgp!.peers.filter(({ name }) => name === 'spine')
    return { ...all, bgp: { ...all.bgp!, drainSeconds, peers } }
  }
  {
    await using first = new BgpAnnouncer(paths, silent, wire.loadBalancer)
    first.want(config(1, `, ${spine}`))
    await has(tor, some)
    first.want(without(3600))
    expect(await has(tor, isMarked)).toHaveLength(1)
    expect(formatBgp(first.report()!, 'table')).toContain('established, leaving')
    first.want(config(1, `, ${spine}`))
    await has(tor, (routes) => !isMarked(routes))
    first.want(without(1))
    await has(tor, isMarked)
  }
  await using second = new BgpAnnouncer(paths, silent, wire.loadBalancer)
  second.want(without(1))
  while (tor.peer('lb').state !== 'established') await turn()
  expect(await has(tor, isMarked)).toHaveLength(1)
  while (!second.isDue) await turn()
  second.want(without(1))
  await has(tor, none)
  expect(tor.peer('lb').lastError?.what).toBe('the peer says: cease: peer de-configured')
  expect(second.report()?.peers).toMatchObject([{ name: 'spine' }])
}, 30_000)

test('what the tables do not serve is withheld until they do', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-bgp-'))
  const wire = new Wire()
  using tor = router(wire)
  await using bgp = new BgpAnnouncer(place(folder.path), silent, wire.loadBalancer)
  const unserved = new Map([['192.0.2.10:80/TCP', 'no room']])
  bgp.want(config(1), { unreachable: new Map(), unserved })
  while (bgp.report()?.peers[0]?.state !== 'established') await turn()
  expect(bgp.report()?.routes).toMatchObject([
    { state: 'withheld', why: 'the tables do not serve 192.0.2.10:80/TCP: no room', peers: [] },
  ])
  expect(tor.received('lb').ipv4).toEqual([])
  bgp.want(config(1))
  await has(tor, some)
  bgp.want(config(1), { unreachable: new Map(), unserved })
  await has(tor, none)
}, 30_000)

test('uninstall marks what the router has kept, then takes it back', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-bgp-'))
  const paths = place(folder.path)
  const wire = new Wire()
  using tor = router(wire)
  {
    await using bgp = new BgpAnnouncer(paths, silent, wire.loadBalancer)
    bgp.want(config(1))
    await has(tor, some)
  }
  const lines = withdrawRoutes(paths, wire.loadBalancer)
  await has(tor, (routes) => (routes[0]?.attributes.communities?.length ?? 0) === 2)
  await has(tor, none)
  expect(await lines).toEqual(['BGP: 1 route drained and taken back from tor'])
}, 30_000)

test('metrics and get bgp tell of the session and of each address', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'skep-lb-bgp-'))
  const wire = new Wire()
  using tor = router(wire)
  await using bgp = new BgpAnnouncer(place(folder.path), silent, wire.loadBalancer)
  expect(bgp.metrics()).toEqual([])
  bgp.want(config(1))
  await has(tor, some)
  const text = await renderMetrics(bgp.metrics())
  expect(text).toContain('skep_bgp_session_state{peer="tor"} 5\n')
  expect(text).toContain('skep_bgp_advertised_routes{peer="tor",family="ipv4"} 1\n')
  const shown = formatBgp(bgp.report()!, 'wide').replaceAll(/ +/g, ' ')
  expect(shown).toContain('tor 10.0.0.254 65000 established 1 0 60 s')
  expect(shown).toContain('192.0.2.10/32 web announced 1 of 1 backends usable tor 50 - 65001:100')
  expect(formatBgp(null, 'table')).toContain('spec.bgp is left out')
}, 30_000)
