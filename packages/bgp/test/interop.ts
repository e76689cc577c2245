import { afterAll, beforeAll, expect } from '@jest/globals'
import { type Host, type Net, needing, needs, topology } from '@skep/testbed'
import type { PeerConfig } from '../src/speaker/peer-config.ts'
import type { SpeakerOptions } from '../src/speaker/options.ts'
import { Speaker } from '../src/speaker/speaker.ts'
import { tcpTransport } from '../src/speaker/tcp-transport.ts'
import { parseCommunity, parseExtendedCommunity, parseLargeCommunity } from '../src/wire/community-text.ts'
import type { Router, RouterPlan, SeenSession } from './router.ts'
import { until } from './until.ts'

/** What is asked of each other speaker. */
export interface Other {
  readonly name: 'BIRD' | 'FRR' | 'GoBGP'
  /** The program that must be there. */
  readonly binary: string
  readonly make: (plan: RouterPlan) => Promise<Router>
}

const six = { address: 'fd00::254', neighbor: 'fd00::1' }
const both = { ipv4: '10.0.0.1', ipv6: 'fd00::1' }
const web = { owner: 'service', reason: 'default/web', prefixes: ['192.0.2.10/32', '2001:db8:1::/48'] }
const up = (router: Router): Promise<SeenSession> =>
  until(
    () => router.session(),
    (session) => session.up,
  )
const isUp = (skep: Speaker): Promise<unknown> =>
  until(
    () => skep.peer('router').state,
    (state) => state === 'established',
  )

function has(router: Router, family: 'ipv4' | 'ipv6', prefix: string): Promise<unknown> {
  return until(
    () => router.routes(family),
    (routes) => prefix in routes,
  ).then((routes) => routes[prefix])
}

function linkLocal(host: Host): string {
  const found = [...host.netlink.address.list()].find(({ address }) => address.startsWith('fe80:'))
  return found!.address.replace(/\/.*/, '')
}

/** Our speaker beside another one, in two hosts on one link, as that one's own tool tells it. */
export function interop({ name, binary, make }: Other): void {
  const { test } = needing(needs.root, needs.binary(binary))
  let net: Net<'skep' | 'router'>

  beforeAll(async () => {
    net = await topology({ skep: ['10.0.0.1/24', 'fd00::1/64'], router: ['10.0.0.254/24', 'fd00::254/64'] })
  })

  afterAll(() => net[Symbol.asyncDispose]())

  const speaker = (peer: Partial<PeerConfig> = {}, options: Partial<SpeakerOptions> = {}): Speaker => {
    const made = new Speaker({
      asn: 65001,
      routerId: '10.0.0.1',
      peers: [{ name: 'router', address: '10.0.0.254', asn: 65000, connectRetry: 1, ...peer }],
      transport: tcpTransport({ namespace: net.skep.namespace }),
      ...options,
    })
    made.start()
    return made
  }

  const start = (plan: Partial<RouterPlan> = {}): Promise<Router> =>
    make({ host: net.router, address: '10.0.0.254', neighbor: '10.0.0.1', ...plan })

  test('takes routes of both families with all that they carry, and their end', async () => {
    await using router = await start()
    using skep = speaker({ nextHops: both })
    const attributes = {
      med: 7,
      communities: [parseCommunity('65001:100')!],
      largeCommunities: [parseLargeCommunity('65001:1:2')!],
      extendedCommunities: [parseExtendedCommunity('rt:65001:100')!],
    }
    skep.rib.announce({ ...web, attributes })
    const carried = { asPath: '65001', med: 7, communities: ['65001:100'], largeCommunities: ['65001:1:2'] }
    expect(await has(router, 'ipv4', '192.0.2.10/32')).toMatchObject({ nextHop: '10.0.0.1', ...carried })
    const v6 = (await has(router, 'ipv6', '2001:db8:1::/48')) as { extendedCommunities: string[] }
    expect(v6).toMatchObject({ nextHop: 'fd00::1', ...carried })
    expect(v6.extendedCommunities.join(' ').toLowerCase()).toContain('65001:100')
    skep.rib.withdraw({ owner: 'service', prefixes: ['192.0.2.10/32'] })
    await until(
      () => router.routes('ipv4'),
      (routes) => !('192.0.2.10/32' in routes),
    )
    expect(Object.keys(await router.routes('ipv6'))).toEqual(['2001:db8:1::/48'])
  })

  test('connects to us, announces, and sends all again when asked', async () => {
    const announces = ['198.51.100.0/24', '203.0.113.0/24']
    using skep = speaker({ passive: true, password: 'secret' }, { listen: { addresses: ['0.0.0.0'] } })
    await using router = await start({ connects: true, announces, password: 'secret' })
    await up(router)
    const received = (): string[] =>
      skep
        .received('router')
        .ipv4.map(({ prefix }) => prefix)
        .toSorted()
    await until(received, (found) => found.length === 2)
    expect([received(), skep.peer('router').received]).toEqual([announces, { ipv4: 2, ipv6: 0 }])
    expect(skep.received('router').ipv4[0]).toMatchObject({ nextHop: { address: '10.0.0.254' }, stale: false })
    expect(skep.refresh('router')).toBe(true)
    skep.rib.announce(web)
    await has(router, 'ipv4', '192.0.2.10/32')
    await router.refresh()
    await has(router, 'ipv4', '192.0.2.10/32')
    expect(skep.peer('router').flaps).toBe(0)
    expect(received()).toEqual(expect.arrayContaining(announces))
  })

  test('within one AS, over IPv6, with a preference', async () => {
    await using router = await start({ ...six, asn: 4200000000, neighborAsn: 4200000000 })
    using skep = speaker({ address: 'fd00::254', asn: 4200000000, localAsn: 4200000000 })
    skep.rib.announce({ ...web, attributes: { localPref: 200 } })
    expect(await has(router, 'ipv6', '2001:db8:1::/48')).toMatchObject({
      nextHop: 'fd00::1',
      asPath: name === 'FRR' ? 'Local' : '',
      localPref: 200,
    })
  })

  test('four-octet AS numbers of both sides, signed by MD5, over several hops', async () => {
    const asns = { asn: 4200000000, neighborAsn: 4200000001 }
    await using router = await start({ ...asns, password: 'secret', multihop: true })
    using skep = speaker({ asn: asns.asn, localAsn: asns.neighborAsn, password: 'secret', multihop: 5 })
    skep.rib.announce(web)
    expect(await has(router, 'ipv4', '192.0.2.10/32')).toMatchObject({ asPath: '4200000001' })
  })

  test('IPv4 over an IPv6 next hop', async () => {
    await using router = await start({ ...six, extendedNextHop: true, ttlSecurity: true })
    using skep = speaker({ address: 'fd00::254', extendedNextHop: true, ttlSecurity: 1 })
    skep.rib.announce(web)
    expect(await has(router, 'ipv4', '192.0.2.10/32')).toMatchObject({ nextHop: 'fd00::1' })
    expect(skep.peer('router').agreed).toMatchObject({ extendedNextHop: true, as4: true, routeRefresh: true })
  })

  test('keeps our routes while we restart, and those only that we announce again', async () => {
    await using router = await start({ gracefulRestart: true })
    const peer = { gracefulRestart: 60, nextHops: both }
    const first = speaker(peer)
    first.rib.announce({ ...web, prefixes: [...web.prefixes, '192.0.2.11/32'] })
    await has(router, 'ipv4', '192.0.2.11/32')
    await has(router, 'ipv6', '2001:db8:1::/48')
    first.stop({ keepRoutes: true })
    await until(
      () => router.session(),
      (session) => !session.up,
    )
    expect(Object.keys(await router.routes('ipv4'))).toHaveLength(2)
    const kept = (await router.routes('ipv6'))['2001:db8:1::/48']
    // BIRD's tool does not tell which are stale.
    expect(kept).toMatchObject(name === 'BIRD' ? {} : { stale: true })
    using second = speaker(peer, { restarting: true })
    await isUp(second)
    second.rib.announce(web)
    expect(Object.keys(await router.routes('ipv4'))).toContain('192.0.2.11/32')
    second.complete()
    await until(
      () => router.routes('ipv4'),
      (routes) => !('192.0.2.11/32' in routes),
    )
    expect(Object.keys(await router.routes('ipv4'))).toEqual(['192.0.2.10/32'])
    expect((await router.routes('ipv6'))['2001:db8:1::/48']?.stale ?? false).toBe(false)
  })

  // FRR has another way to say this, by the other router's advertisements; GoBGP too.
  if (name === 'BIRD')
    test('unnumbered: by link-local addresses alone', async () => {
      const [own, other] = [linkLocal(net.skep), linkLocal(net.router)]
      await using router = await start({ address: other, neighbor: own, device: 'eth0', extendedNextHop: true })
      using skep = speaker({ address: other, device: 'eth0', extendedNextHop: true })
      skep.rib.announce(web)
      await has(router, 'ipv4', '192.0.2.10/32')
      await has(router, 'ipv6', '2001:db8:1::/48')
      expect(skep.peer('router').local).toBe(own)
    })

  test('restarts, and its routes stay with us until it has sent them again', async () => {
    const announces = ['198.51.100.0/24']
    using skep = speaker({ gracefulRestart: 60, connectRetry: 1 }, { listen: { addresses: ['0.0.0.0'] } })
    const seen = (): string[] =>
      skep.received('router').ipv4.map(({ prefix, stale }) => `${prefix}${stale ? ' stale' : ''}`)
    {
      await using router = await start({ gracefulRestart: true, announces, connects: true })
      await up(router)
      await until(seen, (routes) => routes[0] === '198.51.100.0/24')
    }
    await until(seen, (routes) => routes[0] === '198.51.100.0/24 stale')
    await using router = await start({ gracefulRestart: true, announces, connects: true })
    await up(router)
    await until(seen, (routes) => routes[0] === '198.51.100.0/24')
    expect(seen()).toHaveLength(1)
  })

  test('reads what we say when we go, and we what it says', async () => {
    await using router = await start()
    using skep = speaker()
    skep.rib.announce(web)
    await has(router, 'ipv4', '192.0.2.10/32')
    skep.shutdown('router', 'moved to rack 7')
    const { lastError } = await until(
      () => router.session(),
      (session) => !session.up,
    )
    if (name !== 'GoBGP') expect(lastError).toMatch(/moved to rack 7|Administrative/i)
    expect(await router.routes('ipv4')).toEqual({})
    expect(skep.peer('router')).toMatchObject({ state: 'idle', flaps: 1 })
    skep.enable('router')
    await up(router)
  })
}
