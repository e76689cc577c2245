import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import {
  type EchoServer,
  type Host,
  httpServer,
  startTraffic,
  tcpEcho,
  topology,
  traffic,
  udpEcho,
  untilLine,
} from '@skep/testbed'
import { openEthtool } from 'netlink-ts'
import { Balancer } from '../test/balancer.ts'
import type { VerdictName } from '../test/counted.ts'
import { atEachHook, attachAtTc } from '../test/hook.ts'
import { families } from '../test/packets.ts'
import { verdictsByIndex } from './verdicts.ts'

atEachHook(
  'a load balancer on a network',
  (hook) => {
    const vip = { v4: '192.0.2.10', v6: '2001:db8::10' } as const
    const own = { v4: '10.1.0.1', v6: 'fd01::1' } as const
    const backends = [
      { v4: '10.1.0.11', v6: 'fd01::11' },
      { v4: '10.1.0.12', v6: 'fd01::12' },
    ] as const
    const url = { v4: `http://${vip.v4}`, v6: `http://[${vip.v6}]` } as const
    const services = { http: 80, tcp: 7, udp: 7 } as const

    const offloads = {
      'tx-checksum-ip-generic': true,
      'tx-tcp-segmentation': true,
      'tx-tcp6-segmentation': true,
      'tx-generic-segmentation': true,
      'rx-gro': true,
      'tx-udp-segmentation': true,
    }
    const undo = new AsyncDisposableStack()
    let lb: Balancer
    let client: Host
    let inside: Host
    let balancer: Host

    beforeAll(async () => {
      const net = undo.use(
        await topology({
          client: ['10.0.0.2/24', 'fd00::2/64'],
          lb: ['10.0.0.1/24', 'fd00::1/64', `${own.v4}/24`, `${own.v6}/64`],
          one: [`${backends[0].v4}/24`, `${backends[0].v6}/64`],
          two: [`${backends[1].v4}/24`, `${backends[1].v6}/64`],
          inside: ['10.1.0.2/24', 'fd01::2/64'],
        }),
      )
      client = net.client
      inside = net.inside
      balancer = net.lb
      net.lb.run(() => writeFileSync('/proc/sys/net/ipv4/conf/all/accept_local', '1'))
      lb = undo.use(new Balancer({ hook, natLines: 1024 }))
      if (hook === 'tc') for (const [name, host] of net.hosts) if (name !== 'lb') switchOffloadsOn(host)
      for (const link of net.lb.run(() => attach(lb, ['eth0', 'eth1']))) undo.use(link)
      net.lb.run(() => ['eth0', 'eth1'].forEach((device) => lb.sendBy(net.lb.device(device).index)))
      for (const host of [net.one, net.two]) for (const server of await serve(host)) undo.use(server)
    })
    afterAll(() => undo.disposeAsync())
    beforeEach(() => {
      lb.clear()
      for (const family of families) for (const kind of ['http', 'tcp', 'udp'] as const) addService(family, kind)
    })

    function attach(balancer: Balancer, devices: readonly string[]): Disposable[] {
      return devices.map((device) =>
        hook === 'xdp' ? balancer.program.attachXdp({ device, mode: 'native' }) : attachAtTc(balancer.program, device),
      )
    }

    /* Packets that stand for many, with checksums that nobody has computed yet: what XDP never sees. The load balancer's
     * own devices can do neither, so what it sends is computed from what the program has made of it, and verified. */
    function switchOffloadsOn(host: Host): void {
      using ethtool = openEthtool({ ns: host.namespace })
      for (const device of host.netlink.link.list().filter(({ name }) => name !== 'lo'))
        ethtool.setFeatures(device.name, offloads)
    }

    function serve(host: Host): Promise<EchoServer[]> {
      return Promise.all([
        httpServer(host),
        tcpEcho(host, { port: services.tcp }),
        udpEcho(host, { port: services.udp }),
      ])
    }

    function addService(family: 'v4' | 'v6', kind: keyof typeof services): number {
      return lb.addService({
        address: vip[family],
        port: services[kind],
        protocol: kind === 'udp' ? 'udp' : 'tcp',
        members: backends.map((address) => ({ address: address[family], port: services[kind] })),
        source: own[family],
      })
    }

    /** Packets by verdict since the call before. */
    function counted(): (verdict: VerdictName) => number {
      const before = lb.counters()
      return (verdict) => {
        const index = verdictsByIndex.findIndex((info) => info?.name === verdict)
        return Number(lb.counters()[index]!.packets - before[index]!.packets)
      }
    }

    describe.each(families)('%s', (family) => {
      test('HTTP requests reach both backends, and every reply its client', async () => {
        const packets = counted()
        const report = await traffic(client, {
          protocol: 'http',
          url: `${url[family]}/`,
          requests: 200,
          concurrency: 4,
        })
        expect(report).toMatchObject({ requests: 200, failed: 0 })
        expect(report.perServer['one']).toBeGreaterThan(20)
        expect(report.perServer['two']).toBeGreaterThan(20)
        expect(packets('REDIRECT_TO_BACKEND')).toBeGreaterThan(800)
        expect(packets('REDIRECT_TO_CLIENT')).toBeGreaterThan(600)
      })

      test('a large answer arrives whole', async () => {
        const body = await client.exec('curl', '-gsS', '--max-time', '20', `${url[family]}/bytes/10000000`)
        expect(body).toHaveLength(10_000_000)
      })

      test('UDP', async () => {
        const { udp: port } = services
        const report = await traffic(client, { protocol: 'udp', address: vip[family], port, requests: 100 })
        expect(report).toMatchObject({ requests: 100, failed: 0 })
        expect(Object.keys(report.perServer).toSorted()).toEqual(['one', 'two'])
      })

      test('a client on the backends’ own link: in and out by one device', async () => {
        const packets = counted()
        const report = await traffic(inside, { protocol: 'http', url: `${url[family]}/`, requests: 50 })
        expect(report).toMatchObject({ requests: 50, failed: 0 })
        expect(packets('TX_TO_BACKEND')).toBeGreaterThan(150)
        expect(packets('TX_TO_CLIENT')).toBeGreaterThan(150)
      })

      test('a neighbour that is not known yet: the kernel resolves it, and no packet is lost', async () => {
        const packets = counted()
        const { neighbor } = balancer.netlink
        const known = [...neighbor.list()].filter(({ state }) => state !== 'noarp')
        for (const { index, address } of known) neighbor.delete({ index, address })
        const report = await traffic(client, { protocol: 'http', url: `${url[family]}/`, requests: 4 })
        expect(report.failed).toBe(0)
        expect(packets('STACK_NO_NEIGHBOUR')).toBeGreaterThan(0)
      })

      test('a connection stays with its backend when that leaves the ring', async () => {
        const { tcp: port } = services
        const load = { protocol: 'tcp', address: vip[family], port, keepAlive: true, concurrency: 16 } as const
        await using running = await startTraffic(client, load)
        await running.reached(50)
        const service = families.indexOf(family) * 3 + 1
        lb.writeRing(service, 2, 0)
        await running.reached(400)
        const report = await running.stop()
        expect(report.failed).toBe(0)
        expect(Object.keys(report.perServer).toSorted()).toEqual(['one', 'two'])
        const after = await traffic(client, { protocol: 'tcp', address: vip[family], port, requests: 20 })
        expect(after.perServer).toEqual({ one: 20 })
      })

      test('a connection lives on when every entry is lost, as with another load balancer in this one’s place', async () => {
        const shell = client.spawn('bash', ['-c', talk, 'talk', vip[family], String(services.tcp)])
        await untilLine(shell.stdout, /^(one|two)$/)
        shell.stdin?.write('before\n')
        await untilLine(shell.stdout, /^before$/)
        lb.nat.forget()
        shell.stdin?.write('after\n')
        await untilLine(shell.stdout, /^after$/)
        shell.stdin?.end()
      })
    })

    /** Connects, prints what it is greeted with, and then the answer to each line of its input. */
    const talk = `
exec 3<>"/dev/tcp/$1/$2"
read -r line <&3; echo "$line"
while read -r line; do echo "$line" >&3; read -r line <&3 || exit 1; echo "$line"; done`
  },
  'real',
)
