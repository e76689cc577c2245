import { readFileSync } from 'node:fs'
import { expect } from '@jest/globals'
import { httpServer, needing, needs, startTraffic } from '@skep/testbed'
import { blocksOf } from '../../test/command-lines.ts'
import { type Bird, bird } from '../../test/bgp/bird.ts'
import { temporaryFolder } from '../../test/bgp/folder.ts'
import { network, vip4, vip6 } from '../../test/network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'
import type { BgpReport } from './report.ts'

const { describe, test } = needing(needs.root, needs.bpf, needs.binary('bird'))
const lab = sharedLab(network)
const blocks = blocksOf(readFileSync(new URL('../../../../docs/load-balancer.md', import.meta.url), 'utf8'))
const shutdown = '(65535,0)'

/** The block of the page that has all of these words, for the addresses of the network here. */
function example(...words: string[]): string {
  const found = blocks.filter(({ text }) => words.every((word) => text.includes(word)))
  expect(found).toHaveLength(1)
  return found[0]!.text.replaceAll('10.0.0.254', '10.0.0.2')
}

/** The example of the page, in whole, with another time to drain. */
function config(change: (text: string) => string = (text) => text): string {
  const text = example('bgp:', 'drainSeconds:', 'services:').replace('drainSeconds: 10', 'drainSeconds: 2')
  const quick = text.replace('intervalSeconds: 2', 'intervalSeconds: 0.2, timeoutSeconds: 0.2, fall: 2')
  const head = 'apiVersion: skep.dev/v1\nkind: LoadBalancer\nspec:\n  devices: [eth0, eth1]\n'
  return change(head + quick.replace(/^spec:\n/, '').replace('path: /healthz', 'port: 8081'))
}

/** The page's router, where the client is. */
function router(folder: string): Bird {
  return bird(lab.net.client, folder, example('protocol bgp lb_1'))
}

/** What the router says, once it says so. */
async function says(router: Bird, words: readonly string[], wanted: (text: string) => boolean): Promise<string> {
  for (;;) {
    const text = await router.ask(...words)
    if (wanted(text)) return text
  }
}

/** Neither its frontend nor its backend. */
function withoutIpv4(text: string): string {
  return text.replace(`{ address: ${vip4}, port: 80 }, `, '').replace(/\n *- \{ address: 10\.1\.0\.11,.*/, '')
}

const route = ['show', 'route', 'all', 'for', `${vip4}/32`] as const
const isThere = (text: string) => text.includes(`${vip4}/32`)
const isGone = (text: string) => /not found/i.test(text)
const isUp = (text: string) => text.includes('BGP state:          Established')

async function report(lb: SkepLb): Promise<BgpReport> {
  const { stdout, stderr } = await lb.words('get', 'bgp', '-o', 'json')
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as BgpReport
}

/** Its report, when the time of a peer that has left the configuration is over. */
async function without(lb: SkepLb, peer: string): Promise<BgpReport> {
  for (;;) {
    const told = await report(lb)
    const found = told.peers.find(({ name }) => name === peer)
    if (found === undefined) return told
    expect(found.leaving).toBe(true)
  }
}

describe('spec.bgp', () => {
  test('the router has the way to an address while a backend is up, with MED and communities, and knows no more when none is', async () => {
    using folder = temporaryFolder()
    using bird = router(folder.path)
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(config())
    expect(isGone(await says(bird, route, (text) => isGone(text) || isThere(text)))).toBe(true)
    await using healthy = await httpServer(lab.net.host('backend-1'), { port: 8081 })
    const text = await says(bird, route, isThere)
    expect(text).toContain('BGP.med: 50')
    expect(text).toContain('BGP.community: (65001,100)')
    expect(text).toContain('BGP.next_hop: 10.0.0.1')
    const wide = await says(bird, ['show', 'route', 'all', 'for', `${vip6}/128`], (seen) => seen.includes(vip6))
    expect(wide).toContain('BGP.next_hop: 2001:db8::1')
    const up = await report(lb)
    expect(up.peers).toMatchObject([{ name: 'tor-1', state: 'established', advertised: 2, gracefulRestart: 120 }])
    expect(up.routes[0]).toMatchObject({ prefix: `${vip4}/32`, state: 'announced', why: '1 of 1 backends usable' })
    await healthy[Symbol.asyncDispose]()
    await says(bird, route, isGone)
    const down = await report(lb)
    expect(down.routes[0]).toMatchObject({ state: 'withheld', why: '0 of 1 backends usable: 1 down', peers: [] })
  }, 60_000)

  test('kill -9 and a restart: the router keeps the route, and no request fails', async () => {
    using folder = temporaryFolder()
    using bird = router(folder.path)
    await using lb = SkepLb.on(lab.net.lb)
    await using _healthy = await httpServer(lab.net.host('backend-1'), { port: 8081 })
    await lb.start(config())
    await says(bird, route, isThere)
    await using load = await startTraffic(lab.net.client, { protocol: 'http', url: `http://${vip4}/`, concurrency: 2 })
    await load.reached(50)
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      await lb.end(signal)
      const away = await says(bird, ['show', 'protocols', 'all', 'lb_1'], (text) => !isUp(text))
      expect(away).toContain('Neighbor graceful restart active')
      expect(await bird.ask(...route)).toContain(`${vip4}/32`)
      await load.reached(load.progress.requests + 50)
      await lb.start()
      await says(bird, ['show', 'protocols', 'all', 'lb_1'], isUp)
      expect(await bird.ask(...route)).toContain(`${vip4}/32`)
      await load.reached(load.progress.requests + 50)
    }
    expect((await load.stop()).failures).toEqual([])
  }, 90_000)

  test('an address that leaves the configuration is drained, and served until the router has turned away; so are all at uninstall', async () => {
    using folder = temporaryFolder()
    using bird = router(folder.path)
    await using lb = SkepLb.on(lab.net.lb)
    await using _healthy = await httpServer(lab.net.host('backend-1'), { port: 8081 })
    // Longer than it takes to look, on any machine.
    const slowly = (text: string) => text.replace('drainSeconds: 2', 'drainSeconds: 60')
    await lb.start(config(slowly))
    await says(bird, route, isThere)
    await lb.reload(config((text) => withoutIpv4(slowly(text))))
    await says(bird, route, (text) => text.includes(shutdown))
    expect((await report(lb)).routes.find(({ prefix }) => prefix === `${vip4}/32`)).toMatchObject({ state: 'draining' })
    const { services } = await lb.status()
    expect(services.map(({ frontend }) => frontend)).toContain(`${vip4}:80/TCP`)
    await lb.reload(config())
    expect(await says(bird, route, (text) => isThere(text) && !text.includes(shutdown))).toContain('BGP.med: 50')
    await lb.reload(config(withoutIpv4))
    await says(bird, route, isGone)
    await lb.reload(config())
    await says(bird, route, isThere)
    await lb.end('SIGTERM')
    const gone = lb.command('uninstall')
    await says(bird, route, (text) => text.includes(shutdown))
    await says(bird, route, isGone)
    expect((await gone).stdout).toContain('BGP: 2 routes drained and taken back from tor-1')
  }, 90_000)

  test('a peer that a reload adds leaves the session of the other alone', async () => {
    using folder = temporaryFolder()
    using bird = router(folder.path)
    await using lb = SkepLb.on(lab.net.lb)
    await using _healthy = await httpServer(lab.net.host('backend-1'), { port: 8081 })
    await lb.start(config())
    await says(bird, route, isThere)
    const [before] = (await report(lb)).peers
    await lb.reload(
      config((text) => text.replace('peers:', 'peers:\n      - { name: spine, address: 10.0.0.99, asn: 65009 }')),
    )
    const { peers } = await report(lb)
    expect(peers.map(({ name }) => name)).toEqual(['spine', 'tor-1'])
    expect(peers[1]).toMatchObject({ since: before!.since, state: 'established', flaps: 0 })
    await lb.reload(config())
    const left = await without(lb, 'spine')
    expect(left.peers).toMatchObject([{ name: 'tor-1', since: before!.since, leaving: false }])
  }, 60_000)
})
