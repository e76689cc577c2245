import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { type Host, needing, needs, type TopologySpec, topology, untilLine } from '@skep/testbed'
import { commandLine, daemon } from '../test/daemon.ts'
import { blocks } from '../test/page.ts'

const frrPrograms = '/usr/lib/frr'
const [fromZero, , unnumbered] = blocks('yaml')
const [frrOfDevice, frrOfPeer] = blocks('frr')
const [birdOfPeer] = blocks('bird')

const numbered: TopologySpec = {
  hosts: { skep: {}, router: {} },
  links: [{ ends: { skep: '10.0.0.1/24', router: '10.0.0.254/24' } }],
}
const withoutAddresses: TopologySpec = { ...numbered, links: [{ ends: { skep: [], router: [] } }] }

/** Asks the router until it says so. */
type Router = (question: string, wanted: RegExp) => Promise<void>

function asking(host: Host, program: string, args: (question: string) => readonly string[]): Router {
  return async (question, wanted) => {
    while (!wanted.test((await host.attempt(program, [...args(question)])).stdout)) await wait(20)
  }
}

function startBird(stack: AsyncDisposableStack, host: Host, folder: string, text: string): Router {
  const [conf, socket] = [join(folder, 'bird.conf'), join(folder, 'bird.ctl')]
  writeFileSync(conf, text)
  daemon(stack, host, 'bird', ['-f', '-c', conf, '-s', socket])
  return asking(host, 'birdc', (question) => ['-r', '-s', socket, ...question.split(' ')])
}

/** zebra and bgpd, as Debian's service starts them, in a folder of their own. */
async function startFrr(stack: AsyncDisposableStack, host: Host, parent: string, text: string): Promise<Router> {
  const folder = join(parent, 'frr')
  mkdirSync(folder)
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'frr'], { encoding: 'utf8' }).stdout)
  for (const path of [parent, folder]) chownSync(path, id('-u'), id('-g'))
  const zserv = join(folder, 'zserv')
  const start = (name: string, conf: string): void => {
    writeFileSync(join(folder, `${name}.conf`), conf)
    const place = ['-f', join(folder, `${name}.conf`), '-i', join(folder, `${name}.pid`), '-z', zserv]
    const user = ['-P', '0', '-u', 'frr', '-g', 'frr']
    daemon(stack, host, join(frrPrograms, name), [...place, '--vty_socket', folder, ...user])
  }
  start('zebra', '')
  while (!existsSync(zserv)) await wait(20)
  start('bgpd', text)
  return asking(host, 'vtysh', (question) => ['--vty_socket', folder, '-d', 'bgpd', '-c', question])
}

type Seen = (router: Router) => Promise<void>

interface Meeting {
  readonly spec: TopologySpec
  readonly ours: string
  readonly start: (stack: AsyncDisposableStack, host: Host, folder: string, text: string) => Router | Promise<Router>
  readonly theirs: string
  /** The next hop that the router's kernel has. */
  readonly via: RegExp
  readonly seen: Seen
}

/** The page's two sides as they stand there: what is announced is installed, by the router's own kernel. */
async function meet({ spec, ours, start, theirs, via, seen }: Meeting): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const net = stack.use(await topology(spec))
  const folder = mkdtempSync(join(tmpdir(), 'skep-bgp-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const router = await start(stack, net.host('router'), folder, theirs)
  const file = join(folder, 'bgp.yaml')
  writeFileSync(file, ours)
  const words = commandLine(join(folder, 'sock'))
  const { child } = daemon(stack, net.host('skep'), process.execPath, [...words, 'run', '-f', file])
  await untilLine(child.stdout!, /speaking as/)
  for (;;) {
    const route = net
      .host('router')
      .netlink.route.list()
      .find(({ destination }) => destination === '192.0.2.0/24')
    if (route) {
      expect(route.via).toMatch(via)
      break
    }
    await wait(20)
  }
  await seen(router)
}

/** What the router's own tool says. */
const frrSees: Seen = async (router) => {
  await router('show bgp ipv4 unicast 192.0.2.0/24', /Community: 65001:100/)
  await router('show bgp neighbors 10.0.0.1', /Established.*Graceful Restart Capability: advertised and received/s)
}
const birdSees: Seen = async (router) => {
  await router('show route all 192.0.2.0/24', /BGP\.community: \(65001,100\)/)
  await router('show protocols all skep', /Neighbor capabilities.*Graceful restart/s)
}
const deviceSees: Seen = (router) =>
  router('show bgp neighbors eth0', /Established.*Extended nexthop: advertised and received/s)

const birdNeeds = needing(needs.root, needs.binary('bird'))
const frrNeeds = needing(needs.root, needs.binary('vtysh'))

birdNeeds.test('BIRD and we, as the page has it', () =>
  meet({
    spec: numbered,
    ours: fromZero!,
    start: startBird,
    theirs: birdOfPeer!,
    via: /^10\.0\.0\.1$/,
    seen: birdSees,
  }),
)

frrNeeds.test('FRR and we, as the page has it', () =>
  meet({ spec: numbered, ours: fromZero!, start: startFrr, theirs: frrOfPeer!, via: /^10\.0\.0\.1$/, seen: frrSees }),
)

frrNeeds.test('FRR and we unnumbered, as the page has it', () =>
  meet({
    spec: withoutAddresses,
    ours: unnumbered!,
    start: startFrr,
    theirs: frrOfDevice!,
    via: /^fe80:/,
    seen: deviceSees,
  }),
)
