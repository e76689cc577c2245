import { expect, test } from '@jest/globals'
import { type HeldConnections, holdConnections, type Net, needing, needs, tcpEcho, topology } from '@skep/testbed'
import { sharedLab } from '../test/shared-lab.ts'
import { SkepLb } from '../test/skep-lb.ts'

const vip = '192.0.2.10'
const lbs = ['lb-1', 'lb-2'] as const
const address = { 'lb-1': '10.1.0.2', 'lb-2': '10.1.0.3' } as const
type Balancer = (typeof lbs)[number]

const lab = sharedLab(network)

interface Backend {
  readonly number: number
  readonly more?: string
}

/** client – router – one segment with two load balancers and three backends, which answer the client themselves. */
async function network(): Promise<
  AsyncDisposable & { readonly net: Net<'client' | 'router' | Balancer | 'backend-1' | 'backend-2' | 'backend-3'> }
> {
  await using stack = new AsyncDisposableStack()
  const server = {
    loopback: [`${vip}/32`],
    sysctls: { 'net.ipv4.conf.all.arp_ignore': 1, 'net.ipv4.conf.all.arp_announce': 2 },
  }
  const net = stack.use(
    await topology({
      hosts: {
        client: {},
        router: { forwarding: true, sysctls: { 'net.ipv4.fib_multipath_hash_policy': 1 } },
        'lb-1': { forwarding: false },
        'lb-2': { forwarding: false },
        'backend-1': server,
        'backend-2': server,
        'backend-3': server,
      },
      links: [
        { ends: { client: '10.0.0.2/24', router: '10.0.0.1/24' } },
        {
          bridge: 'switch',
          ends: {
            router: '10.1.0.1/24',
            'lb-1': { addresses: '10.1.0.2/24', passXdp: false },
            'lb-2': { addresses: '10.1.0.3/24', passXdp: false },
            'backend-1': '10.1.0.11/24',
            'backend-2': '10.1.0.12/24',
            'backend-3': '10.1.0.13/24',
          },
        },
      ],
    }),
  )
  for (const host of ['backend-1', 'backend-2', 'backend-3'] as const) stack.use(await tcpEcho(net.host(host)))
  const owned = stack.move()
  return { net, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function config(backends: readonly Backend[]): string {
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  mode: dsr
  dsr: { dispatch: l2 }
  capacity: { services: 16, backends: 64, connections: 1024, records: 65536 }
  services:
    - name: echo
      frontends: [{ address: ${vip}, port: 7 }]
      backends:
${backends.map(({ number, more = '' }) => `        - { address: 10.1.0.1${number}, port: 7${more} }`).join('\n')}
`
}

/** The router spreads connections over these load balancers from now on. */
function route(...over: Balancer[]): void {
  const { route: routes } = lab.net.router.netlink
  routes.replace({ destination: `${vip}/32`, nexthops: over.map((lb) => ({ via: address[lb] })) })
}

async function sent(lb: SkepLb): Promise<number> {
  const { verdicts } = await lb.status()
  return verdicts.find(({ verdict }) => verdict === 'TX_TO_BACKEND')?.packets ?? 0
}

/** Resolves when a backend gets new connections there, or none any more. */
async function untilUsed(lb: SkepLb, backend: string, used = true): Promise<void> {
  for (;;) {
    const { stdout } = await lb.words('get', 'backends', '-o', 'json')
    const rows = JSON.parse(stdout) as readonly { backend: string; share: number }[]
    if (rows.some((row) => row.backend === backend && row.share > 0) === used) return
  }
}

function seconds(fromNow: number): string {
  return `${new Date(Date.now() + 1000 * fromNow).toISOString().slice(0, 19)}Z`
}

needing(needs.root, needs.bpf).describe('two load balancers behind one router', () => {
  const hold = (): Promise<HeldConnections> =>
    holdConnections(lab.net.client, { address: vip, port: 7, connections: 120 })

  test('a connection that the router moves to the other one goes on, whatever the router does', async () => {
    await using one = SkepLb.on(lab.net['lb-1'])
    await using two = SkepLb.on(lab.net['lb-2'])
    const text = config([{ number: 1 }, { number: 2 }, { number: 3 }])
    await Promise.all([one.start(text), two.start(text)])
    route(...lbs)
    await using held = await hold()
    expect(Object.keys(held.opened.perServer)).toHaveLength(3)
    for (const lb of [one, two]) expect(await sent(lb)).toBeGreaterThan(100)
    for (const over of [['lb-2'], ['lb-1'], ['lb-2', 'lb-1']] as const) {
      route(...over)
      expect(await held.check()).toEqual(held.opened)
    }
  }, 60_000)

  test.each([
    ['by its declared time, also one that has just started knows who had a connection before: none breaks', true],
    ['without one it cannot know, and connections break', false],
  ])(
    'a backend comes: %s',
    async (_, declared) => {
      await using one = SkepLb.on(lab.net['lb-1'])
      await using two = SkepLb.on(lab.net['lb-2'])
      const before = [{ number: 1 }, { number: 2 }]
      await one.start(config(before))
      route('lb-1')
      await using held = await hold()
      const more = declared ? `, addedAt: "${seconds(2)}"` : ''
      const after = config([...before, { number: 3, more }])
      await one.reload(after)
      await untilUsed(one, '10.1.0.13:7')
      await two.start(after)
      await using fresh = await hold()
      expect(Object.keys(fresh.opened.perServer)).toHaveLength(3)
      route('lb-2')
      const report = await held.check()
      if (declared) expect(report).toEqual(held.opened)
      else expect(report.broken.length).toBeGreaterThan(10)
    },
    60_000,
  )

  test('a backend drains from its declared time on, and each knows by itself', async () => {
    await using one = SkepLb.on(lab.net['lb-1'])
    await using two = SkepLb.on(lab.net['lb-2'])
    const all = [{ number: 1 }, { number: 2 }, { number: 3 }]
    await one.start(config(all))
    route('lb-1')
    await using held = await hold()
    const after = config([...all.slice(0, 2), { number: 3, more: `, drainingSince: "${seconds(1)}"` }])
    await one.reload(after)
    await two.start(after)
    await untilUsed(two, '10.1.0.13:7', false)
    route('lb-2')
    expect(await held.check()).toEqual(held.opened)
    await using fresh = await hold()
    expect(Object.keys(fresh.opened.perServer).toSorted()).toEqual(['backend-1', 'backend-2'])
  }, 60_000)
})
