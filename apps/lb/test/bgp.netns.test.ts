import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { type Host, type Net, needing, needs, topology } from '@skep/testbed'
import { bird } from './bgp/bird.ts'
import { frr, frrNeeds } from './bgp/frr.ts'
import { temporaryFolder } from './bgp/folder.ts'

const page = readFileSync(new URL('../../../docs/load-balancer.md', import.meta.url), 'utf8')
const vip = '192.0.2.10/32'
const stranger = '198.18.0.0/15'

/** The block of the page that begins with this line. */
function example(first: string): string {
  const [, text] = page
    .split('```')
    .filter((block) => block.includes(`\n${first}\n`))
    .join('')
    .split(/^conf\n/m)
  if (text === undefined) throw new Error(`no block with ${first}`)
  return text
}

type Bgp = Net<'router' | 'lb-1' | 'lb-2'>

function network(): Promise<Bgp> {
  return topology({
    hosts: { router: { forwarding: true }, 'lb-1': { forwarding: false }, 'lb-2': { forwarding: false } },
    links: [{ bridge: 'switch', ends: { router: '10.0.0.254/24', 'lb-1': '10.0.0.1/24', 'lb-2': '10.0.0.3/24' } }],
  })
}

function routeOf(router: Host, wanted: string) {
  return [...router.netlink.route.list()].find(({ destination }) => destination === wanted)
}

/** The next hops that the router has, when there are as many. */
async function nextHops(router: Host, count: number): Promise<string[]> {
  for (;;) {
    const found = routeOf(router, vip)
    const hops = (found?.nexthops ?? (found ? [found] : [])).flatMap(({ via }) => via ?? [])
    if (hops.length === count) return hops.toSorted()
    await new Promise((done) => setImmediate(done))
  }
}

/** Two load balancers' blackhole routes become one route of the router's with two next hops; one is taken back. */
async function announced({ router, 'lb-1': one, 'lb-2': two }: Bgp): Promise<void> {
  // What is no service address is nobody's business.
  for (const route of [stranger, vip])
    for (const host of [one, two]) await host.exec('ip', 'route', 'add', 'blackhole', route)
  expect(await nextHops(router, 2)).toEqual(['10.0.0.1', '10.0.0.3'])
  expect(routeOf(router, stranger)).toBeUndefined()
  await one.exec('ip', 'route', 'del', 'blackhole', vip)
  expect(await nextHops(router, 1)).toEqual(['10.0.0.3'])
}

needing(needs.root, needs.binary('bird')).test(
  'BIRD, as the page has it, announces what has a blackhole route, and takes it back',
  async () => {
    using folder = temporaryFolder()
    await using net = await network()
    const session = (name: string, address: string) =>
      `protocol bgp ${name} { local as 65000; neighbor ${address} as 65001; passive on; ipv4 { import all; export none; }; }`
    const router = `router id 10.0.0.254;
protocol device {}
protocol kernel { merge paths on; ipv4 { export all; }; }
${session('one', '10.0.0.1')}
${session('two', '10.0.0.3')}
`
    const text = example('protocol kernel {')
    using _router = bird(net.router, folder.path, router)
    using _one = bird(net['lb-1'], folder.path, text)
    using _two = bird(net['lb-2'], folder.path, text.replace('10.0.0.1;', '10.0.0.3;'))
    await announced(net)
  },
  60_000,
)

needing(needs.root, ...frrNeeds).test(
  'FRR, as the page has it, announces what has a blackhole route, and takes it back',
  async () => {
    using folder = temporaryFolder()
    await using net = await network()
    const router = `router bgp 65000
 bgp router-id 10.0.0.254
 no bgp ebgp-requires-policy
 neighbor 10.0.0.1 remote-as 65001
 neighbor 10.0.0.3 remote-as 65001
 address-family ipv4 unicast
  maximum-paths 8
 exit-address-family
`
    const text = example('router bgp 65001')
    await using _router = await frr(net.router, folder.path, router)
    await using _one = await frr(net['lb-1'], folder.path, text)
    await using _two = await frr(net['lb-2'], folder.path, text.replace('router-id 10.0.0.1', 'router-id 10.0.0.3'))
    await announced(net)
  },
  60_000,
)

needing(...frrNeeds).test('FRR takes the configuration of the page', () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'frr.conf')
  writeFileSync(file, example('router bgp 65001'))
  const { status, stdout, stderr } = spawnSync('/usr/lib/frr/bgpd', ['-C', '-f', file], { encoding: 'utf8' })
  expect([status, `${stdout}${stderr}`]).toEqual([0, expect.not.stringContaining('No such command')])
})
