import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { httpServer, type Net, needing, needs, topology } from '@skep/testbed'
import { Balancer } from '../test/balancer.ts'
import { attachAtTc } from '../test/hook.ts'
import { families } from '../test/packets.ts'
import { ServiceFlag } from './lb_xdp.gen.ts'

const vip = { v4: '192.0.2.10', v6: '2001:db8::10' } as const
const own = { v4: '10.1.0.1', v6: 'fd01::1' } as const
const backend = { v4: '10.1.0.11', v6: 'fd01::11' } as const
const url = { v4: `http://${vip.v4}/bytes/100000`, v6: `http://[${vip.v6}]/bytes/100000` } as const
const ways = [
  ['source NAT', 0],
  ['direct server return', ServiceFlag.SERVICE_DSR_L2],
] as const

/** What every kernel must do first, with real connections. Few processes: an emulated machine starts them slowly. */
needing(needs.root, needs.bpf, needs.binary('curl')).describe('a few connections', () => {
  const undo = new AsyncDisposableStack()
  let net: Net<'client' | 'lb' | 'backend'>

  beforeAll(async () => {
    net = undo.use(
      await topology({
        client: ['10.0.0.2/24', 'fd00::2/64'],
        lb: ['10.0.0.1/24', 'fd00::1/64', `${own.v4}/24`, `${own.v6}/64`],
        backend: [`${backend.v4}/24`, `${backend.v6}/64`],
      }),
    )
    for (const address of [`${vip.v4}/32`, `${vip.v6}/128`]) net.backend.netlink.address.add({ device: 'lo', address })
    net.lb.run(() => writeFileSync('/proc/sys/net/ipv4/conf/all/accept_local', '1'))
    for (const address of Object.values(backend))
      net.lb.netlink.neighbor.add({ device: 'eth1', address, lladdr: net.backend.device('eth0').address! })
    undo.use(await httpServer(net.backend))
  }, 60_000)
  afterAll(() => undo.disposeAsync(), 60_000)

  describe.each(['xdp', 'tc'] as const)('at %s', (hook) => {
    const attached = new DisposableStack()
    let lb: Balancer

    beforeAll(() => {
      lb = attached.use(new Balancer({ hook }))
      for (const device of ['eth0', 'eth1']) {
        net.lb.run(() => lb.sendBy(net.lb.device(device).index))
        attached.use(
          net.lb.run(() =>
            hook === 'xdp' ? lb.program.attachXdp({ device, mode: 'native' }) : attachAtTc(lb.program, device),
          ),
        )
      }
    }, 60_000)
    afterAll(() => attached.dispose())

    test.each(ways)(
      '%s: answers arrive whole',
      async (_way, flags) => {
        lb.clear()
        for (const family of families) {
          const members = [{ address: backend[family], port: 80 }]
          lb.addService({ address: vip[family], port: 80, members, source: own[family], flags })
          const body = await net.client.exec('curl', '-gsS', '--max-time', '30', url[family])
          expect(body).toHaveLength(100_000)
        }
      },
      60_000,
    )
  })
})
