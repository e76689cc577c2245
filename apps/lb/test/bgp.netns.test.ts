import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { type Host, needing, needs, topology } from '@skep/testbed'

const page = readFileSync(new URL('../../../docs/load-balancer.md', import.meta.url), 'utf8')

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

/** A daemon that stays in the foreground until it is disposed of. */
function daemon(host: Host, file: string, args: readonly string[]): Disposable {
  const child = host.spawn(file, args, { stdio: 'ignore' })
  return { [Symbol.dispose]: () => void child.kill('SIGTERM') }
}

/** The next hops that the router has, when there are as many. */
async function nextHops(router: Host, count: number): Promise<string[]> {
  for (;;) {
    const found = [...router.netlink.route.list()].find(({ destination }) => destination === '192.0.2.10/32')
    const hops = (found?.nexthops ?? (found ? [found] : [])).flatMap(({ via }) => via ?? [])
    if (hops.length === count) return hops.toSorted()
    await new Promise((done) => setImmediate(done))
  }
}

/** A table's blackhole routes become routes of the router's, by BGP. */
needing(needs.root, needs.binary('bird')).test(
  'BIRD, as the page has it, announces what has a blackhole route, and takes it back',
  async () => {
    await using net = await topology({
      hosts: { router: { forwarding: true }, 'lb-1': { forwarding: false }, 'lb-2': { forwarding: false } },
      links: [{ bridge: 'switch', ends: { router: '10.0.0.254/24', 'lb-1': '10.0.0.1/24', 'lb-2': '10.0.0.3/24' } }],
    })
    using stack = new DisposableStack()
    const folder = mkdtempSync(join(tmpdir(), 'skep-bgp-'))
    stack.defer(() => rmSync(folder, { recursive: true, force: true }))
    const bird = (name: 'router' | 'lb-1' | 'lb-2', text: string) => {
      const file = join(folder, `${name}.conf`)
      writeFileSync(file, text)
      expect(spawnSync('bird', ['-p', '-c', file], { encoding: 'utf8' })).toMatchObject({ stderr: '', status: 0 })
      stack.use(daemon(net[name], 'bird', ['-f', '-c', file, '-s', join(folder, `${name}.ctl`)]))
    }
    const session = (name: string, address: string) =>
      `protocol bgp ${name} { local as 65000; neighbor ${address} as 65001; passive on; ipv4 { import all; export none; }; }`
    bird(
      'router',
      `router id 10.0.0.254;
protocol device {}
protocol kernel { merge paths on; ipv4 { export all; }; }
${session('one', '10.0.0.1')}
${session('two', '10.0.0.3')}
`,
    )
    bird('lb-1', example('protocol kernel {'))
    bird('lb-2', example('protocol kernel {').replace('10.0.0.1;', '10.0.0.3;'))
    const [one, two] = [net['lb-1'], net['lb-2']]
    // What is no service address is nobody's business.
    for (const route of ['198.18.0.0/15', '192.0.2.10/32'])
      for (const host of [one, two]) await host.exec('ip', 'route', 'add', 'blackhole', route)
    expect(await nextHops(net.router, 2)).toEqual(['10.0.0.1', '10.0.0.3'])
    expect([...net.router.netlink.route.list()].some(({ destination }) => destination === '198.18.0.0/15')).toBe(false)
    await one.exec('ip', 'route', 'del', 'blackhole', '192.0.2.10/32')
    expect(await nextHops(net.router, 1)).toEqual(['10.0.0.3'])
  },
  60_000,
)

needing(needs.binary('vtysh')).test('FRR takes the configuration of the page', () => {
  using stack = new DisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'skep-bgp-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'frr.conf')
  writeFileSync(file, example('router bgp 65001'))
  const { status, stdout, stderr } = spawnSync('/usr/lib/frr/bgpd', ['-C', '-f', file], { encoding: 'utf8' })
  expect([status, `${stdout}${stderr}`]).toEqual([0, expect.not.stringContaining('No such command')])
})
