import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect } from '@jest/globals'
import { httpServer, type Net, needing, needs, topology, traffic } from '@skep/testbed'
import { SkepLb } from './skep-lb.ts'

const page = readFileSync(new URL('../../../docs/load-balancer.md', import.meta.url), 'utf8')
const vip = '192.0.2.10'
const ipvs = needs.feature('IPVS', () => {
  const { status, stderr, error } = spawnSync('ipvsadm', ['-Ln'], { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
})
const hosted = needing(needs.root, needs.binary('ipvsadm'), ipvs)

type Segment = Net<'client' | 'router' | 'lb' | 'backend-1' | 'backend-2'>

/** client – router – one segment with a director, which has the service address on `lo`, and two servers that do, too. */
async function segment(): Promise<Segment> {
  const quiet = { 'net.ipv4.conf.all.arp_ignore': 1, 'net.ipv4.conf.all.arp_announce': 2 }
  const holder = { loopback: [`${vip}/32`], sysctls: quiet }
  const net: Segment = await topology({
    hosts: { client: {}, router: { forwarding: true }, lb: holder, 'backend-1': holder, 'backend-2': holder },
    links: [
      { ends: { client: '10.0.0.2/24', router: '10.0.0.1/24' } },
      {
        bridge: 'switch',
        ends: {
          router: '10.1.0.1/24',
          lb: { addresses: ['10.1.0.2/24'], passXdp: false },
          'backend-1': '10.1.0.11/24',
          'backend-2': '10.1.0.12/24',
        },
      },
    ],
  })
  net.router.netlink.route.add({ destination: `${vip}/32`, via: '10.1.0.2' })
  return net
}

/** What the page's table has in the column of `ipvsadm`, with values for what stands in capitals. */
function flags(): string[] {
  const rows = page.split('\n').filter((line) => line.startsWith('| `') && line.split(' | ').length === 3)
  const cells = rows.map((row) => row.split(' | ')[1]!).flatMap((cell) => [...cell.matchAll(/`(-[^`]+)`/g)])
  return cells.map(([, text]) =>
    text!.replace('-r A:P', '-r 10.1.0.11:80').replace('A:P', `${vip}:80`).replace('N', '1').replace('W', '2'),
  )
}

/** A whole command of what the table says of one thing. */
function whole(flag: string): string {
  if (flag.startsWith('-A')) return flag
  if (flag.startsWith('-a')) return `-a -t ${vip}:80 ${flag.slice(3)}`
  if (/^-[mgi]$/.test(flag)) return `-a -t ${vip}:80 -r 10.1.0.12:80 ${flag}`
  return `-A -t ${vip}:81 ${flag}`
}

hosted.test(
  'ipvsadm takes what the page says of it, and has no more ways than the page answers',
  async () => {
    await using net = await segment()
    const found = flags()
    expect(found).toEqual(expect.arrayContaining(['-A -f 1', '-s mh', '-m', '-g', '-i', '-p 3600']))
    for (const flag of found) {
      await net.lb.exec('ipvsadm', '-C')
      if (!flag.startsWith('-A')) await net.lb.exec('ipvsadm', '-A', '-t', `${vip}:80`)
      await net.lb.exec('ipvsadm', ...whole(flag).split(' '))
      const kept = (await net.lb.exec('ipvsadm', '-Sn')).split('\n')
      expect({ flag, kept: kept.some((line) => flag.split(/ (?=-)/).every((one) => line.includes(one))) }).toEqual({
        flag,
        kept: true,
      })
    }
  },
  60_000,
)

const config = `apiVersion: skep.dev/v1
kind: LoadBalancer
spec:
  devices: [eth0]
  acceleration: generic
  mode: dsr
  dsr: { dispatch: l2 }
  services:
    - name: web
      frontends: [{ address: ${vip}, port: 80 }]
      backends: [{ address: 10.1.0.11, port: 80 }, { address: 10.1.0.12, port: 80 }]
`

needing(needs.root, needs.bpf, needs.binary('ipvsadm'), ipvs).test(
  'a director hands its service to skep-lb and takes it back; the servers stay as they are',
  async () => {
    await using net = await segment()
    await using _one = await httpServer(net['backend-1'], { port: 80 })
    await using _two = await httpServer(net['backend-2'], { port: 80 })
    await net.lb.exec('ipvsadm', '-A', '-t', `${vip}:80`, '-s', 'mh')
    for (const server of ['10.1.0.11:80', '10.1.0.12:80'])
      await net.lb.exec('ipvsadm', '-a', '-t', `${vip}:80`, '-r', server, '-g', '-w', '1')
    const balanced = async (): Promise<number> => {
      const { failures } = await traffic(net.client, { protocol: 'http', url: `http://${vip}/`, requests: 20 })
      expect(failures).toEqual([])
      const stats = await net.lb.exec('ipvsadm', '-Ln', '--stats', '--exact')
      return Number(/^TCP +\S+ +(\d+)/m.exec(stats)?.[1])
    }
    const before = await balanced()
    expect(before).toBeGreaterThan(0)
    await using lb = SkepLb.on(net.lb)
    await lb.start(config)
    expect(await balanced()).toBe(before)
    await lb.end('SIGTERM')
    await lb.command('uninstall')
    expect(await balanced()).toBeGreaterThan(before)
  },
  120_000,
)
