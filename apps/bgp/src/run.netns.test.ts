import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { needing, needs, topology, untilLine } from '@skep/testbed'
import { command as run, untilPeer } from '../test/command.ts'
import { commandLine, daemon } from '../test/daemon.ts'

const bird = `router id 10.0.0.254;
protocol device {}
protocol bfd { interface "*" { interval 200 ms; multiplier 10; }; }
protocol bgp skep {
  local 10.0.0.254 as 65000;
  neighbor 10.0.0.1 as 65001;
  passive on;
  error wait time 1, 2;
  direct;
  bfd on;
  ipv4 { import all; export none; };
}
`

function configuration(prefix: string): string {
  return `apiVersion: skep.dev/v1
kind: BGP
spec:
  asn: 65001
  routerId: 10.0.0.1
  peers: [{ name: tor-1, address: 10.0.0.254, asn: 65000, connectRetry: 1, device: eth0, bfd: { intervalMs: 200, multiplier: 10 } }]
  announce: [{ prefixes: [${prefix}] }]
`
}

needing(needs.root, needs.binary('bird')).test(
  'announces what the file says, follows it on SIGHUP, and says good-bye on SIGTERM',
  async () => {
    await using stack = new AsyncDisposableStack()
    const net = stack.use(await topology({ skep: '10.0.0.1/24', router: '10.0.0.254/24' }))
    const folder = mkdtempSync(join(tmpdir(), 'skep-bgp-'))
    stack.defer(() => rmSync(folder, { recursive: true, force: true }))
    const path = (name: string): string => join(folder, name)
    const file = path('bgp.yaml')
    writeFileSync(path('bird.conf'), bird)
    writeFileSync(file, configuration('192.0.2.10/32'))
    daemon(stack, net.router, 'bird', ['-f', '-c', path('bird.conf'), '-s', path('bird.ctl')])
    /** What the router says, when it says that. */
    const router = async (command: string, wanted: RegExp): Promise<void> => {
      while (
        !wanted.test((await net.router.attempt('birdc', ['-r', '-s', path('bird.ctl'), ...command.split(' ')])).stdout)
      )
        await wait(20)
    }
    const words = commandLine(path('sock'))
    const { child, exited } = daemon(stack, net.skep, process.execPath, [...words, 'run', '-f', file])
    const ask = (...command: string[]): Promise<string> => run(path('sock'), ...command)
    await untilLine(child.stdout!, /speaking as/)
    await router('show route', /192\.0\.2\.10\/32/)
    await untilPeer(path('sock'), ({ bfd }) => bfd?.state === 'up')
    expect(await ask('peers')).toMatch(/tor-1 {2}10\.0\.0\.254 {2}65000 {2}established {2}\d+(?:\.\d)? s +up /)
    expect(JSON.parse(await ask('peers', '--json'))).toMatchObject([{ bfd: { state: 'up', downs: 0 } }])
    expect(await ask('routes', '--explain')).toContain('announced to tor-1: the only route')
    const metrics = await ask('metrics')
    expect(metrics).toContain('skep_bgp_advertised_routes{peer="tor-1",family="ipv4"} 1')
    expect(metrics).toContain('skep_bgp_bfd_state{peer="tor-1"} 3')

    writeFileSync(file, configuration('192.0.2.11/32'))
    expect(await ask('diff', '-f', file)).toBe('- 192.0.2.10/32 to tor-1\n+ 192.0.2.11/32 to tor-1\n')
    child.kill('SIGHUP')
    await router('show route', /^(?!.*192\.0\.2\.10\/32).*192\.0\.2\.11\/32/s)

    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    await router('show protocols all skep', /Received: Administrative shutdown/)
  },
)

const limited = `apiVersion: skep.dev/v1
kind: BGP
spec:
  asn: 65001
  routerId: 10.0.0.1
  peers:
    - { name: tor-1, address: 10.0.0.254, asn: 65000, connectRetry: 1, labels: { rack: a }, maxPrefixes: 2 }
    - { name: tor-2, address: 10.0.0.253, asn: 65000, labels: { rack: b }, nodeSelectors: [{ matchLabels: { zone: two } }] }
  announce:
    - { prefixes: [192.0.2.10/32], reason: rack a, peers: [{ matchLabels: { rack: a } }] }
    - { prefixes: [192.0.2.11/32], reason: rack b, peers: [{ matchLabels: { rack: b } }] }
    - { prefixes: [192.0.2.12/32], reason: zone two, nodeSelectors: [{ matchLabels: { zone: two } }] }
    - { prefixes: [192.0.2.13/32], reason: by hand }
    - { prefixes: [192.0.2.13/32], reason: preferred, localPref: 200, communities: [no-export] }
`

const router = `router id 10.0.0.254;
protocol device {}
protocol static more { ipv4; route 198.51.100.0/24 blackhole; route 203.0.113.0/24 blackhole; }
protocol static most { disabled yes; ipv4; route 198.18.0.0/24 blackhole; }
protocol bgp skep {
  local 10.0.0.254 as 65000;
  neighbor 10.0.0.1 as 65001;
  passive on;
  error wait time 1, 2;
  direct;
  ipv4 { import all; export where source = RTS_STATIC; };
}
`

needing(needs.root, needs.binary('bird')).test(
  'selectors of peers and nodes, several routes of a prefix, what a peer sends and too much of it: the commands tell',
  async () => {
    await using stack = new AsyncDisposableStack()
    const net = stack.use(await topology({ skep: '10.0.0.1/24', router: '10.0.0.254/24' }))
    const folder = mkdtempSync(join(tmpdir(), 'skep-bgp-'))
    stack.defer(() => rmSync(folder, { recursive: true, force: true }))
    const path = (name: string): string => join(folder, name)
    writeFileSync(path('bird.conf'), router)
    writeFileSync(path('bgp.yaml'), limited)
    daemon(stack, net.router, 'bird', ['-f', '-c', path('bird.conf'), '-s', path('bird.ctl')])
    const words = commandLine(path('sock'))
    const start = [...words, 'run', '-f', path('bgp.yaml'), '--node-labels', 'zone=one']
    const { child } = daemon(stack, net.skep, process.execPath, start)
    const ask = (...command: string[]): Promise<string> => run(path('sock'), ...command)
    await untilLine(child.stdout!, /speaking as/)
    await untilPeer(path('sock'), ({ advertised, received }) => advertised.ipv4 === 2 && received.ipv4 === 2)
    expect(await ask('peers')).not.toContain('tor-2')
    expect((await ask('routes', '--explain')).split('\n').filter((line) => line.startsWith('  '))).toEqual([
      '  announced to tor-1: the only route',
      '  withheld from tor-1: it is for other peers',
      '  withheld from tor-1: it is for other nodes: their selectors do not match this one’s labels',
      '  announced to tor-1: the best of the routes',
      '  withheld from tor-1: the route of configured (preferred) comes first: higher local preference',
    ])
    expect(await ask('received', 'tor-1')).toMatch(/198\.51\.100\.0\/24 +10\.0\.0\.254 +65000\n203\.0\.113\.0\/24/)
    await net.router.exec('birdc', '-s', path('bird.ctl'), 'enable', 'most')
    await untilPeer(path('sock'), ({ state }) => state === 'idle')
    expect(await ask('peers')).toContain(
      'the peer sends more than 2 prefixes: the session stays down until it is reset',
    )
  },
)
