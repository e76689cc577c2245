import { expect } from '@jest/globals'
import { needing, needs, topology } from '@skep/testbed'
import type { PeerConfig } from '../src/speaker/peer-config.ts'
import { Speaker } from '../src/speaker/speaker.ts'
import { tcpTransport } from '../src/speaker/tcp-transport.ts'
import type { Other } from './interop.ts'
import type { Capability, Router, RouterPlan } from './router.ts'
import { until } from './until.ts'

const own = { ipv4: '10.0.0.1', ipv6: 'fd00::1' }
const other = { ipv4: '10.0.0.254', ipv6: 'fd00::254' }
const ours = ['192.0.2.10/32', '2001:db8:1::/48']
const theirs = ['198.51.100.0/24', '2001:db8:2::/48']
const offered: readonly Capability[] = [
  'ipv4',
  'ipv6',
  'as4',
  'route refresh',
  'enhanced refresh',
  'extended next hop',
  'graceful restart',
]

/** Who connects, and over what. */
const ways = (['ipv4', 'ipv6'] as const).flatMap((family) => [false, true].map((connects) => ({ family, connects })))

/** Our speaker beside another one: everything at once, over either family, whoever connects. */
export function bothWays({ name, binary, make }: Other, unknown: readonly Capability[] = []): void {
  const { test } = needing(needs.root, needs.binary(binary))

  const setUp = async (stack: AsyncDisposableStack, way: Way, plan: Partial<RouterPlan>, peer: Partial<PeerConfig>) => {
    const { family, connects } = way
    const net = stack.use(
      await topology({ skep: ['10.0.0.1/24', 'fd00::1/64'], router: ['10.0.0.254/24', 'fd00::254/64'] }),
    )
    const place = { host: net.router, address: other[family], neighbor: own[family] }
    const router = stack.use(await make({ ...place, connects, announces: theirs, ...plan }))
    const skep = stack.use(
      new Speaker({
        asn: 65001,
        routerId: '10.0.0.1',
        listen: { addresses: Object.values(own) },
        peers: [
          {
            name: 'router',
            address: other[family],
            asn: 65000,
            connectRetry: 1,
            nextHops: own,
            passive: connects,
            ...peer,
          },
        ],
        transport: tcpTransport({ namespace: net.skep.namespace }),
      }),
    )
    skep.rib.announce({ owner: 'service', reason: 'web', prefixes: ours })
    skep.start()
    await exchanged(skep, router)
    return { skep, router }
  }

  const everything = async (way: Way): Promise<void> => {
    await using stack = new AsyncDisposableStack()
    const common = { password: 'secret', extendedNextHop: true }
    const { skep, router } = await setUp(
      stack,
      way,
      { ...common, ttlSecurity: true, gracefulRestart: true },
      { ...common, ttlSecurity: 1, gracefulRestart: 60 },
    )
    expect({ ...way, ...(await router.session()) }).toMatchObject({ ...way, up: true })
    const capabilities = await router.capabilities()
    expect({ ...way, capabilities }).toEqual({ ...way, capabilities: offered.filter((one) => !unknown.includes(one)) })
    const agreed = {
      families: ['ipv4', 'ipv6'],
      as4: true,
      routeRefresh: true,
      enhancedRefresh: name !== 'GoBGP',
      // FRR offers it over IPv6 only.
      extendedNextHop: name !== 'FRR' || way.family === 'ipv6',
      gracefulRestart: 60,
    }
    const { flaps, local, agreed: found } = skep.peer('router')
    expect({ ...way, flaps, local, found }).toMatchObject({ ...way, flaps: 0, local: own[way.family], found: agreed })
    // What they send between its begin and its end takes the place of what was there.
    expect(skep.refresh('router')).toBe(true)
    await router.refresh()
    await exchanged(skep, router)
  }

  // All at once, as one of them takes ten seconds before it connects.
  test('IPv4 and IPv6, we connect and it: every capability, MD5 and GTSM, as its own status has it', async () => {
    await Promise.all(ways.map(everything))
  })

  test('both connect: one session is left, with their hold time, 0 included, and its end is told in words', async () => {
    await using stack = new AsyncDisposableStack()
    const way = { family: 'ipv4', connects: true } as const
    // GoBGP ends a session without a hold time as soon as it is up.
    const holdTime = name === 'GoBGP' ? 9 : 0
    const { skep, router } = await setUp(stack, way, { holdTime }, { holdTime, passive: false })
    expect(skep.peer('router').agreed?.holdTime).toBe(holdTime)
    await router.shutdown('moved to rack 9')
    const { lastError } = await until(
      () => skep.peer('router'),
      ({ state, lastError }) => state !== 'established' && /the peer says/.test(lastError?.what ?? ''),
    )
    expect(lastError?.what).toContain(name === 'GoBGP' ? 'administrative shutdown' : 'moved to rack 9')
  })
}

type Way = (typeof ways)[number]

/** Until each has what the other announces. */
async function exchanged(skep: Speaker, router: Router): Promise<void> {
  // To ask ourselves costs nothing, unlike the other's tool.
  await until(
    () => skep.peer('router').state,
    (state) => state === 'established',
  )
  await until(
    () => router.session(),
    ({ up }) => up,
  )
  await until(
    () => Object.values(skep.received('router')).flat(),
    (found) => theirs.every((one) => found.some(({ prefix }) => prefix === one)),
  )
  await until(
    async () => [...Object.keys(await router.routes('ipv4')), ...Object.keys(await router.routes('ipv6'))],
    (found) => ours.every((one) => found.includes(one)),
  )
}
