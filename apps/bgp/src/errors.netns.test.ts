import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from '@jest/globals'
import type { PeerStatus } from '@skep/bgp'
import { needing, needs, topology, untilLine } from '@skep/testbed'
import { ask } from '../src/ask.ts'
import { commandLine, daemon } from '../test/daemon.ts'

/** What is wrong between us and the router, and what `peers` has to say of it. */
interface Trouble {
  readonly name: string
  /** In BIRD's session. */
  readonly theirs?: string
  /** At our peer. */
  readonly ours?: string
  readonly asn?: number
  readonly says: RegExp
}

const troubles: readonly Trouble[] = [
  { name: 'who they are', asn: 65009, says: /OPEN message error: bad peer AS: the peer says that it is AS 65000/ },
  { name: 'who we are', ours: 'localAsn: 65002', says: /the peer says: OPEN message error: bad peer AS/ },
  {
    name: 'closed',
    theirs: 'disabled;',
    says: /the peer says: cease: connection rejected|closed the connection|ECONNRE/,
  },
  { name: 'families', ours: 'families: [ipv6]', says: /no address family is both sides/ },
]

function birdText(): string {
  const sessions = troubles.map(
    ({ theirs = '' }, i) => `protocol bgp t${i} {
  local 10.0.0.${100 + i} as 65000;
  neighbor 10.0.0.${1 + i} as 65001;
  passive on;
  error wait time 1, 2;
  ${theirs}
  ipv4 { import all; export none; };
}`,
  )
  return `router id 10.0.0.100;\nprotocol device {}\n${sessions.join('\n')}\n`
}

function ourText(): string {
  const peers = troubles.map(
    ({ name, ours, asn = 65000 }, i) =>
      `    - { name: ${name}, address: 10.0.0.${100 + i}, sourceAddress: 10.0.0.${1 + i}, asn: ${asn}, connectRetry: 1${ours ? `, ${ours}` : ''} }`,
  )
  return `apiVersion: skep.dev/v1\nkind: BGP\nspec:\n  asn: 65001\n  routerId: 10.0.0.1\n  peers:\n${peers.join('\n')}\n`
}

needing(needs.root, needs.binary('bird')).test(
  'what is wrong between us and a router is told in words',
  async () => {
    await using stack = new AsyncDisposableStack()
    const addresses = (from: number): string[] => troubles.map((_, i) => `10.0.0.${from + i}/24`)
    const net = stack.use(await topology({ skep: addresses(1), router: addresses(100) }))
    const folder = mkdtempSync(join(tmpdir(), 'skep-bgp-'))
    stack.defer(() => rmSync(folder, { recursive: true, force: true }))
    const path = (name: string): string => join(folder, name)
    writeFileSync(path('bird.conf'), birdText())
    writeFileSync(path('bgp.yaml'), ourText())
    daemon(stack, net.router, 'bird', ['-f', '-c', path('bird.conf'), '-s', path('bird.ctl')])
    const args = [...commandLine(path('sock')), 'run', '-f', path('bgp.yaml')]
    const { child } = daemon(stack, net.skep, process.execPath, args)
    await untilLine(child.stdout!, /speaking as/)
    const told = new Map<string, string>()
    const isTold = ({ name, says }: Trouble): boolean => says.test(told.get(name) ?? '')
    const end = performance.now() + 50_000
    while (!troubles.every(isTold) && performance.now() < end) {
      for (const { name, lastError } of (await ask(path('sock'), '/peers')) as PeerStatus[])
        if (lastError && !isTold(troubles.find((one) => one.name === name)!)) told.set(name, lastError.what)
      await wait(50)
    }
    for (const { name, says } of troubles) expect(`${name}: ${told.get(name)}`).toMatch(says)
  },
  90_000,
)
