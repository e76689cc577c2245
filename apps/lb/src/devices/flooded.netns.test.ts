import { expect, test } from '@jest/globals'
import { Capture, type Host, type Net, needing, needs, topology, traffic, udpEcho } from '@skep/testbed'
import { sharedLab } from '../../test/shared-lab.ts'
import { SkepLb } from '../../test/skep-lb.ts'

const vip = '192.0.2.10'
const REQUESTS = 30
const lab = sharedLab(network)

/** A client, two load balancers and a backend on a switch that floods: each hears the frames of all. */
async function network(): Promise<AsyncDisposable & { readonly net: Net<'client' | 'lb-1' | 'lb-2' | 'backend'> }> {
  await using stack = new AsyncDisposableStack()
  const port = (address: string) => ({ addresses: [`10.1.0.${address}/24`], passXdp: false })
  const net = stack.use(
    await topology({
      hosts: { client: {}, 'lb-1': { forwarding: false }, 'lb-2': { forwarding: false }, backend: {} },
      links: [
        {
          bridge: 'switch',
          ends: { client: '10.1.0.9/24', 'lb-1': port('1'), 'lb-2': port('2'), backend: '10.1.0.11/24' },
        },
      ],
    }),
  )
  const hub = net.host('switch')
  const bridge = [...hub.netlink.link.list()].find(({ kind }) => kind === 'bridge')!
  await hub.exec('ip', 'link', 'set', bridge.name, 'type', 'bridge', 'ageing_time', '0')
  stack.use(await udpEcho(net.backend))
  const owned = stack.move()
  return { net, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const config = (acceleration: string): string => `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  acceleration: ${acceleration}
  services:
    - name: echo
      frontends: [{ address: ${vip}, port: 7, protocol: UDP }]
      backends: [{ address: 10.1.0.11, port: 7 }]
`

async function packets(lb: SkepLb): Promise<ReadonlyMap<string, number>> {
  return new Map((await lb.status()).verdicts.map(({ verdict, packets: count }) => [verdict, count]))
}

/** What comes of a balancer's packets from now on. */
async function counting(lb: SkepLb): Promise<() => Promise<(verdict: string) => number>> {
  const before = await packets(lb)
  return async () => {
    const after = await packets(lb)
    return (verdict) => after.get(verdict)! - before.get(verdict)!
  }
}

/** Requests that a balancer is asked for; how many answers reach the client. */
async function answers({ netlink }: Host, requests = REQUESTS): Promise<number> {
  const { client } = lab.net
  const own = [...netlink.address.list({ device: 'eth0' })].find(({ address }) => address.startsWith('10.'))!.address
  client.netlink.route.replace({ destination: `${vip}/32`, via: own.split('/')[0]! })
  await using capture = await Capture.start(client, 'eth0', { filter: `src host ${vip} and udp` })
  const report = await traffic(client, { protocol: 'udp', address: vip, port: 7, requests })
  expect(report.failures).toEqual([])
  return (await capture.stop()).length
}

/** Asks the first one until the other has left frames alone: it does as soon as it follows the network. */
async function untilLeftAlone(other: SkepLb): Promise<void> {
  for (let round = 0; round < 40 && (await packets(other)).get('PASS_OTHER_HOST') === 0; round++)
    await answers(lab.net['lb-1'], 1)
}

needing(needs.root, needs.bpf).describe('two load balancers hear all frames', () => {
  test.each(['native', 'tc'])(
    '%s: each packet is served by the one that it is for, and answered once',
    async (acceleration) => {
      await using first = SkepLb.on(lab.net['lb-1'])
      await using second = SkepLb.on(lab.net['lb-2'])
      for (const lb of [first, second]) await lb.start(config(acceleration))
      await untilLeftAlone(second)
      const heard = await counting(second)
      expect(await answers(lab.net['lb-1'])).toBe(REQUESTS)
      const more = await heard()
      expect(more('TX_TO_BACKEND')).toBe(0)
      expect(more('PASS_OTHER_HOST')).toBeGreaterThanOrEqual(REQUESTS)
    },
    60_000,
  )

  test('a device whose address changes is served at the new one', async () => {
    const host = lab.net['lb-2']
    await using lb = SkepLb.on(host)
    await lb.start(config('native'), '--log-level', 'debug')
    const noticed = lb.untilLogged(/network changed/)
    host.netlink.link.set({ name: 'eth0', address: '02:00:00:00:77:01' })
    await noticed
    const after = await counting(lb)
    expect(await answers(host)).toBe(REQUESTS)
    expect((await after())('PASS_OTHER_HOST')).toBe(0)
  }, 60_000)
})
