import { expect } from '@jest/globals'
import { needing, needs, startTraffic } from '@skep/testbed'
import { type Bird, bird } from '../../test/bgp/bird.ts'
import { temporaryFolder } from '../../test/bgp/folder.ts'
import { report, says, shutdown, toldConfig } from '../../test/bgp/told.ts'
import { network, vip4, vip6 } from '../../test/network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const { describe, test } = needing(needs.root, needs.bpf, needs.binary('bird'))
const lab = sharedLab(network)

/** As the page has it: who drains is preferred to nobody. */
const router = `router id 10.0.0.2;
filter from_lb { if (65535, 0) ~ bgp_community then bgp_local_pref = 0; accept; }
protocol device {}
protocol kernel { ipv4 { export all; }; }
protocol kernel { ipv6 { export all; }; }
protocol bgp lb_1 {
  local 10.0.0.2 as 65000;
  neighbor 10.0.0.1 as 65001;
  graceful restart on;
  error wait time 1, 2;
  ipv4 { import filter from_lb; export none; };
  ipv6 { import filter from_lb; export none; };
}
`

function routeOf(bird: Bird, vip: string): () => Promise<string> {
  return () => bird.ask('show', 'route', 'all', 'for', vip)
}

/** Longer than a restart takes. */
const slow = { bgp: 'drainSeconds: 60' }
const isDrained = (text: string) => text.includes(shutdown) && text.includes('local_pref: 0')
const isThere = (text: string) => text.includes('BGP.next_hop') && !text.includes(shutdown)
const isGone = (text: string) => /not found/i.test(text)

/** The router takes its session for ended, and keeps the routes. */
async function isAway(bird: Bird): Promise<void> {
  await says(
    () => bird.ask('show', 'protocols', 'all', 'lb_1'),
    (text) => text.includes('Neighbor graceful restart active'),
  )
}

async function isBack(bird: Bird): Promise<void> {
  await says(
    () => bird.ask('show', 'protocols', 'all', 'lb_1'),
    (text) => text.includes('Established') && !text.includes('Neighbor graceful restart active'),
  )
}

describe('kill -9 while addresses are drained', () => {
  test('one that has left the configuration is drained on by the next process, and served all the while', async () => {
    using folder = temporaryFolder()
    using tor = bird(lab.net.client, folder.path, router)
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(toldConfig([vip4, vip6], slow))
    await says(routeOf(tor, vip4), isThere)
    const url = `http://${vip4}/`
    await using load = await startTraffic(lab.net.client, { protocol: 'http', url, concurrency: 2, perSecond: 50 })
    await load.reached(10)
    await lb.reload(toldConfig([vip6], slow))
    await says(routeOf(tor, vip4), isDrained)
    await lb.end('SIGKILL')
    await isAway(tor)
    await lb.start()
    await isBack(tor)
    expect(isDrained(await routeOf(tor, vip4)())).toBe(true)
    expect(isThere(await routeOf(tor, vip6)())).toBe(true)
    const { routes } = await report(lb)
    expect(routes.map(({ prefix, state }) => [prefix, state])).toEqual([
      [`${vip6}/128`, 'announced'],
      [`${vip4}/32`, 'draining'],
    ])
    await load.reached(load.progress.requests + 10)
    expect((await load.stop()).failures).toEqual([])
    await lb.reload(toldConfig([vip4, vip6]))
    await says(routeOf(tor, vip4), isThere)
  }, 90_000)

  test('all of them, for spec.bgp was taken out: the next process goes on; in the end they are taken back', async () => {
    using folder = temporaryFolder()
    using tor = bird(lab.net.client, folder.path, router)
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(toldConfig([vip4, vip6], slow))
    await says(routeOf(tor, vip4), isThere)
    await lb.reload(toldConfig([vip4, vip6], { announced: false }))
    await says(routeOf(tor, vip4), isDrained)
    await lb.end('SIGKILL')
    await isAway(tor)
    await lb.start()
    const { peers, routes } = await report(lb)
    expect([peers.map(({ name }) => name), routes.map(({ state, why }) => `${state}: ${why}`)]).toEqual([
      ['router'],
      ['draining: spec.bgp is left out', 'draining: spec.bgp is left out'],
    ])
    await isBack(tor)
    for (const vip of [vip4, vip6]) expect(isDrained(await routeOf(tor, vip)())).toBe(true)
    await lb.reload(toldConfig([vip4, vip6], { bgp: 'drainSeconds: 1' }))
    await says(routeOf(tor, vip4), isThere)
    await lb.reload(toldConfig([vip4, vip6], { announced: false }))
    for (const vip of [vip4, vip6]) await says(routeOf(tor, vip), isGone)
    const { stdout } = await lb.words('get', 'bgp')
    expect(stdout).toContain('nothing is announced by BGP')
  }, 90_000)
})
