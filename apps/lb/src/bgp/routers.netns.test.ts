import { expect } from '@jest/globals'
import { needing, needs, traffic } from '@skep/testbed'
import { bird } from '../../test/bgp/bird.ts'
import { temporaryFolder } from '../../test/bgp/folder.ts'
import { type Frr, frr, frrNeeds } from '../../test/bgp/frr.ts'
import { report, says, toldConfig } from '../../test/bgp/told.ts'
import { network, vip4, vip6 } from '../../test/network.ts'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const lab = sharedLab(network)
const carries = 'bgp: { med: 50, localPref: 300, communities: ["65001:100", "65001:1:2"] }'

interface Path {
  readonly metric?: number
  readonly locPrf?: number
  readonly stale?: boolean
  readonly community?: { readonly string: string }
  readonly largeCommunity?: { readonly string: string }
  readonly nexthops: readonly { readonly ip: string; readonly scope?: string }[]
}

/** What FRR has of an address, once it is so. */
async function path(router: Frr, vip: string, wanted: (path: Path | undefined) => boolean): Promise<Path> {
  const family = vip.includes(':') ? 'ipv6' : 'ipv4'
  const prefix = `${vip}/${family === 'ipv4' ? 32 : 128}`
  for (;;) {
    const text = await router.ask(`show bgp ${family} unicast ${prefix} json`)
    const [found] = (JSON.parse(text || '{}') as { paths?: Path[] }).paths ?? []
    if (wanted(found)) return found!
  }
}

const isThere = (found: Path | undefined) => found !== undefined
const isGone = (found: Path | undefined) => found === undefined

function frrText(asn: number): string {
  return `router bgp ${asn}
 bgp router-id 10.0.0.2
 bgp graceful-restart
 no bgp ebgp-requires-policy
 neighbor 10.0.0.1 remote-as 65001
 neighbor 10.0.0.1 timers connect 1
 address-family ipv6 unicast
  neighbor 10.0.0.1 activate
 exit-address-family
`
}

/** The router's kernel has the route. */
async function inKernel(vip: string): Promise<void> {
  const prefix = `${vip}/${vip.includes(':') ? 128 : 32}`
  const { netlink } = lab.net.client
  await using monitor = netlink.monitor(['route'])
  for await (const _ of monitor)
    if ([...netlink.route.list()].some(({ destination, protocol }) => destination === prefix && protocol !== 'boot'))
      return
}

/** Requests to both addresses, by the routes that the router has in its kernel. */
async function answers(): Promise<void> {
  for (const host of [vip4, `[${vip6}]`]) {
    const url = `http://${host}/`
    const { failures } = await traffic(lab.net.client, { protocol: 'http', url, requests: 20, concurrency: 2 })
    expect(failures).toEqual([])
  }
}

const { describe, test } = needing(needs.root, needs.bpf, ...frrNeeds)

describe('FRR as the router', () => {
  test('in another AS: MED and communities arrive, packets take the route at once; a kill is not noticed; a drain is', async () => {
    using folder = temporaryFolder()
    await using router = await frr(lab.net.client, folder.path, frrText(65000))
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(toldConfig([vip4, vip6], { bgp: 'drainSeconds: 2', service: carries }))
    for (const [vip, via] of [
      [vip4, '10.0.0.1'],
      [vip6, '2001:db8::1'],
    ] as const) {
      const found = await path(router, vip, isThere)
      expect(found).toMatchObject({ metric: 50, community: { string: '65001:100' } })
      expect(found.largeCommunity?.string).toBe('65001:1:2')
      expect(found.nexthops.map(({ ip }) => ip)).toContain(via)
      await inKernel(vip)
    }
    await answers()
    await lb.end('SIGKILL')
    await path(router, vip4, (found) => found?.stale === true)
    await answers()
    await lb.start()
    for (const vip of [vip4, vip6]) await path(router, vip, (found) => found !== undefined && found.stale !== true)
    await answers()
    await lb.reload(toldConfig([vip6], { bgp: 'drainSeconds: 2', service: carries }))
    const drained = await path(router, vip4, (found) => found?.community?.string.includes('graceful-shutdown') === true)
    // RFC 8326, 4.2: FRR does so by itself.
    expect(drained.locPrf).toBe(0)
    await answers()
    await path(router, vip4, isGone)
  }, 90_000)

  test('in the same AS: the local preference of the service', async () => {
    using folder = temporaryFolder()
    await using router = await frr(lab.net.client, folder.path, frrText(65001))
    await using lb = SkepLb.on(lab.net.lb)
    const peer = 'address: 10.0.0.2, asn: 65001, nextHops: { ipv6: "2001:db8::1" }'
    await lb.start(toldConfig([vip4, vip6], { peer, service: carries }))
    for (const vip of [vip4, vip6]) expect(await path(router, vip, isThere)).toMatchObject({ locPrf: 300, metric: 50 })
    const { routes } = await report(lb)
    expect(routes).toMatchObject([
      { localPref: 300, peers: [{ peer: 'router', announced: true }] },
      { localPref: 300, peers: [{ peer: 'router', announced: true }] },
    ])
  }, 60_000)

  test('an unnumbered peer: its address is learnt on the device, and the session carries both families', async () => {
    using folder = temporaryFolder()
    const text = frrText(65000)
      .replaceAll('neighbor 10.0.0.1 ', 'neighbor eth0 ')
      .replace('eth0 remote-as', 'eth0 interface remote-as')
    await using router = await frr(lab.net.client, folder.path, text)
    await using lb = SkepLb.on(lab.net.lb)
    await lb.start(toldConfig([vip4, vip6], { peer: 'address: auto, device: eth0, asn: 65000' }))
    for (const vip of [vip4, vip6]) {
      const { nexthops } = await path(router, vip, isThere)
      expect(nexthops.map(({ ip }) => ip)).toContainEqual(expect.stringMatching(/^fe80:/))
      await inKernel(vip)
    }
    await answers()
    const { peers } = await report(lb)
    expect(peers).toMatchObject([{ name: 'router', state: 'established', address: expect.stringMatching(/^fe80:/) }])
  }, 60_000)

  test('a session over IPv6 alone carries IPv4 too, by an IPv6 next hop (RFC 8950)', async () => {
    using folder = temporaryFolder()
    const text = frrText(65000)
      .replaceAll('10.0.0.1 ', '2001:db8::1 ')
      .replace(' address-family', ' neighbor 2001:db8::1 capability extended-nexthop\n address-family')
    await using router = await frr(lab.net.client, folder.path, text)
    await using lb = SkepLb.on(lab.net.lb)
    const peer = 'address: "2001:db8::2", asn: 65000, extendedNextHop: true'
    await lb.start(toldConfig([vip4, vip6], { peer }))
    for (const vip of [vip4, vip6]) {
      const { nexthops } = await path(router, vip, isThere)
      expect(nexthops.map(({ ip }) => ip)).toContain('2001:db8::1')
      await inKernel(vip)
    }
    await answers()
  }, 60_000)
})

needing(needs.root, needs.bpf, needs.binary('bird')).test(
  'BIRD as the router, over IPv6 alone: IPv4 by an IPv6 next hop too, without one if it does not take that, and why',
  async () => {
    using folder = temporaryFolder()
    const text = (extended: string) => `router id 10.0.0.2;
protocol device {}
protocol kernel { ipv4 { export all; }; }
protocol kernel { ipv6 { export all; }; }
protocol bgp lb_1 {
  local 2001:db8::2 as 65000;
  neighbor 2001:db8::1 as 65001;
  ipv4 { extended next hop ${extended}; import all; export none; };
  ipv6 { import all; export none; };
}
`
    const peer = 'address: "2001:db8::2", asn: 65000, extendedNextHop: true'
    const config = toldConfig([vip4, vip6], { peer })
    await using lb = SkepLb.on(lab.net.lb)
    {
      using _router = bird(lab.net.client, folder.path, text('on'))
      await lb.start(config)
      for (const vip of [vip4, vip6]) await inKernel(vip)
      await answers()
    }
    using tor = bird(lab.net.client, folder.path, text('off'))
    await says(
      () => tor.ask('show', 'route', 'for', vip6),
      (said) => said.includes(vip6),
    )
    expect(await tor.ask('show', 'route', 'for', vip4)).toMatch(/not found/i)
    const { routes } = await report(lb)
    expect(routes[0]?.peers).toEqual([{ peer: 'router', announced: false, why: expect.stringContaining('ipv4') }])
  },
  90_000,
)
