import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Host, httpServer, type Net, needing, needs, topology, traffic } from '@skep/testbed'
import { SkepDecap } from '../../../test/decap.ts'
import { SkepLb } from '../../../test/skep-lb.ts'

const { describe } = needing(needs.root, needs.bpf, needs.binary('ip'))
const vips = { v4: '192.0.2.10', v6: '2001:db8:ff::10' } as const
const prefixes = { v4: '10.1.0.1', v6: '2001:db8:1::1' } as const
const families = ['v4', 'v6'] as const
const TUNNELS = '10.255.0.0/16'
const DECAP = `  devices: [eth0]
  sources: [${TUNNELS}, "2001:db8:1::/64"]
  vips: [${vips.v4}, "${vips.v6}"]
`
let net: Net<'lb' | 'backend-1' | 'backend-2'>
let stack: AsyncDisposableStack

/** lb – switch – two backends that have the service addresses on lo, and serve on every address of theirs. */
async function network(): Promise<AsyncDisposableStack> {
  await using made = new AsyncDisposableStack()
  const ends = (i: number) => ({ addresses: [`10.1.0.1${i}/24`, `2001:db8:1::1${i}/64`], passXdp: false })
  const backend = { loopback: families.map((v) => `${vips[v]}/${v === 'v4' ? 32 : 128}`) }
  net = made.use(
    await topology({
      hosts: { lb: {}, 'backend-1': backend, 'backend-2': backend },
      links: [
        {
          bridge: 'switch',
          ends: {
            lb: { addresses: ['10.1.0.1/24', '2001:db8:1::1/64'], passXdp: false },
            'backend-1': ends(1),
            'backend-2': ends(2),
          },
        },
      ],
    }),
  )
  for (const i of [1, 2] as const) made.use(await httpServer(net.host(`backend-${i}`), { port: 80 }))
  return made.move()
}

interface Checked {
  readonly dispatch: string
  readonly through?: 'datapath' | 'direct'
  readonly acceleration?: 'native' | 'tc'
}

/** `web-v4` and `web-v6`, with both backends each; the check is always believed. */
function checked({ dispatch, through = 'datapath', acceleration = 'native' }: Checked): string {
  const policy = `intervalSeconds: 0.3, timeoutSeconds: 0.3, rise: 1, fall: 2, panicThreshold: 0, through: ${through}`
  const service = (v: (typeof families)[number]): string => `
    - name: web-${v}
      frontends: [{ address: "${vips[v]}", port: 80 }]
      healthCheck: { http: {}, ${policy} }
      backends: [${[1, 2].map((i) => `{ address: "${prefixes[v]}${i}", port: 80 }`).join(', ')}]`
  return `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  acceleration: ${acceleration}
  mode: dsr
  dsr: { dispatch: ${dispatch}, tunnelSources: [${TUNNELS}] }
  services:${families.map(service).join('')}
`
}

/** Waits until exactly these backends get new connections, for both families. */
async function untilServing(lb: SkepLb, ...numbers: number[]): Promise<void> {
  const wanted = families.map((v) => numbers.map((i) => `${prefixes[v]}${i}`).join())
  for (;;) {
    const { services, health } = await lb.status()
    const known = health?.services.every(({ backends }) => backends.every(({ status }) => status !== 'unknown'))
    const serving = services.map(({ members }) =>
      members
        .filter(({ slots }) => slots > 0)
        .map(addressOf)
        .join(),
    )
    if (known && serving.toSorted().join(' ') === wanted.toSorted().join(' ')) return
  }
}

function addressOf({ backend }: { readonly backend: string }): string {
  return backend.replace(/:80$/, '').replace(/[[\]]/g, '')
}

/** What a probe by the backends' own addresses would find. */
async function answersDirectly(address: string): Promise<boolean> {
  const report = await traffic(net.lb, { protocol: 'http', url: `http://${address}/`, requests: 1 })
  return report.failures.length === 0
}

function traces({ netlink }: Host): { devices: number; rules: number; routes: number } {
  const devices = [...netlink.link.list()].filter(({ name }) => name.startsWith('skep-probe')).length
  const rules = [...netlink.rule.list()].filter(({ priority }) => priority === 1000)
  const routes = rules.flatMap(({ table }) => [...netlink.route.list({ table: table! })]).length
  return { devices, rules: rules.length, routes }
}

describe('probes take the way of real traffic', () => {
  beforeAll(async () => {
    stack = await network()
  }, 30_000)

  afterAll(async () => {
    await stack[Symbol.asyncDispose]()
  }, 30_000)

  test.each(['native', 'tc'] as const)(
    'ipip, %s: a backend that stops taking the header off is down, though its own address answers',
    async (acceleration) => {
      await using one = new SkepDecap(net['backend-1'])
      await using two = new SkepDecap(net['backend-2'])
      await Promise.all([one.start(DECAP), two.start(DECAP)])
      await using lb = SkepLb.on(net.lb)
      await lb.start(checked({ dispatch: 'ipip', acceleration }))
      await untilServing(lb, 1, 2)
      await two.end('SIGTERM')
      await two.command('uninstall')
      await untilServing(lb, 1)
      expect(await answersDirectly('10.1.0.12')).toBe(true)
      await lb.reload(checked({ dispatch: 'ipip', through: 'direct', acceleration }))
      await untilServing(lb, 1, 2)
      await lb.reload(checked({ dispatch: 'ipip', acceleration }))
      await untilServing(lb, 1)
      await two.start()
      await untilServing(lb, 1, 2)
    },
    90_000,
  )

  test.each(['native', 'tc'] as const)(
    'l2, %s: a backend that loses the service address is down, though its own answers',
    async (acceleration) => {
      await using lb = SkepLb.on(net.lb)
      await lb.start(checked({ dispatch: 'l2', acceleration }))
      await untilServing(lb, 1, 2)
      const { netlink } = net['backend-2']
      for (const v of families) netlink.address.delete({ device: 'lo', address: `${vips[v]}/${v === 'v4' ? 32 : 128}` })
      await untilServing(lb, 1)
      expect(await answersDirectly('10.1.0.12')).toBe(true)
      for (const v of families) netlink.address.add({ device: 'lo', address: `${vips[v]}/${v === 'v4' ? 32 : 128}` })
      await untilServing(lb, 1, 2)
    },
    90_000,
  )

  test('what leads probes there is adopted, and goes with its use and with the installation', async () => {
    const both = { devices: 2, rules: 2, routes: expect.any(Number) }
    const none = { devices: 0, rules: 0, routes: 0 }
    await using lb = SkepLb.on(net.lb)
    await lb.start(checked({ dispatch: 'l2' }))
    await untilServing(lb, 1, 2)
    expect(traces(net.lb)).toEqual(both)
    await lb.end('SIGKILL')
    expect(traces(net.lb)).toEqual(both)
    await lb.start()
    await untilServing(lb, 1, 2)
    await lb.reload(checked({ dispatch: 'l2', through: 'direct' }))
    expect(traces(net.lb)).toEqual(none)
    await lb.reload(checked({ dispatch: 'l2' }))
    expect(traces(net.lb)).toEqual(both)
    await lb.end('SIGTERM')
    const { stdout } = await lb.command('uninstall')
    expect(stdout).toMatch(/skep-probe\w+: removed/)
    expect(traces(net.lb)).toEqual(none)
  }, 90_000)
})
