import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from '@jest/globals'
import { needing, needs, topology, untilLine } from '@skep/testbed'
import { commandLine, daemon } from '../test/daemon.ts'

const bird = `router id 10.0.0.254;
protocol device {}
protocol bfd { interface "*" { interval 200 ms; multiplier 10; }; }
protocol bgp skep {
  local 10.0.0.254 as 65000;
  neighbor 10.0.0.1 as 65001;
  passive on;
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
    const ask = (...command: string[]): Promise<string> => net.skep.exec(process.execPath, ...words, ...command)
    await untilLine(child.stdout!, /speaking as/)
    await router('show route', /192\.0\.2\.10\/32/)
    while (!(await ask('peers')).includes(' up ')) await wait(20)
    expect(await ask('peers')).toMatch(/tor-1 {2}10\.0\.0\.254 {2}65000 {2}established {2}\w+ +up /)
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
