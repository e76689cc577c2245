import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Capture, needing, needs, type Net, topology } from '@skep/testbed'
import { build, ethernet, ipv4, ipv6, udp, vlan } from '@skep/packet'
import { openObject, type Program, xdpContext } from 'libbpf-ts'
import { openEthtool } from 'netlink-ts'
import { Balancer } from '../test/balancer.ts'
import { attachAtTc, liveFrames } from '../test/hook.ts'
import { families, type Family } from '../test/packets.ts'
import { ServiceFlag } from './lb_xdp.gen.ts'

const SENDS_BACK = fileURLToPath(new URL('../test-objects/bench.bpf.o', import.meta.url))
const vip = { v4: '192.0.2.10', v6: '2001:db8::10' } as const
const own = { v4: '10.1.0.1', v6: 'fd01::1' } as const
const backend = { v4: '10.1.0.2', v6: 'fd01::2' } as const
const tagged = { one: [7], two: [9, 8] } as const

needing(needs.root, needs.bpf, liveFrames).describe('VLAN tags at tc', () => {
  const undo = new AsyncDisposableStack()
  let net: Net<'client' | 'lb' | 'backend'>
  let lb: Balancer
  let sender: Program

  beforeAll(async () => {
    net = undo.use(
      await topology({
        client: ['10.0.0.2/24', 'fd00::2/64'],
        lb: ['10.0.0.1/24', 'fd00::1/64', `${own.v4}/24`, `${own.v6}/64`],
        backend: [`${backend.v4}/24`, `${backend.v6}/64`],
      }),
    )
    lb = undo.use(new Balancer({ hook: 'tc' }))
    undo.use(net.lb.run(() => attachAtTc(lb.program, 'eth0')))
    for (const address of Object.values(backend))
      net.lb.netlink.neighbor.add({ device: 'eth1', address, lladdr: net.backend.device('eth0').address! })
    using ethtool = openEthtool({ ns: net.lb.namespace })
    ethtool.setFeatures('eth0', { 'rx-gro': true }) // else it drops what is not sent by a socket
    using object = openObject(SENDS_BACK)
    sender = undo.use(object.load()).program('swap')
  })
  afterAll(() => undo.disposeAsync())
  beforeEach(() => lb.clear())

  describe.each([
    ['an outer header', ServiceFlag.SERVICE_DSR_IPIP],
    ['an option', ServiceFlag.SERVICE_DSR_OPTION],
  ] as const)('behind which %s is put', (_, flags) => {
    test.each(families.flatMap((family) => (['one', 'two'] as const).map((device) => ({ family, device }))))(
      '$family, $device: all are kept, in their order',
      async ({ family, device }) => {
        lb.addService({
          address: vip[family],
          port: 53,
          protocol: 'udp',
          members: [{ address: backend[family], port: 53 }],
          source: own[family],
          flags,
        })
        await using capture = await Capture.start(net.backend, 'eth0')
        send(question(family, tagged[device]))
        const { bytes } = await capture.waitFor(({ bytes: frame }) => frame[12] === 0x81 || frame[12] === 0x88)
        expect(tagsOf(bytes)).toEqual(tagged[device])
        expect(Buffer.from(bytes).includes('question')).toBe(true)
      },
    )
  })

  function question(family: Family, ids: readonly number[]): Uint8Array {
    const [src, dst] = [{ v4: '10.0.0.2', v6: 'fd00::2' }[family], vip[family]]
    const [client, front] = [net.client.device('eth0').address!, net.lb.device('eth0').address!]
    const header = family === 'v4' ? ipv4({ src, dst }) : ipv6({ src, dst })
    const tags = ids.map((id) => vlan({ id }))
    // The program that sends it turns it round.
    return build(
      ethernet({ src: front, dst: client }),
      ...tags,
      header,
      udp({ srcPort: 40000, dstPort: 53 }),
      'question',
    )
  }

  /** Out of the client's device, as it is: this kernel may have no VLAN devices. */
  function send(data: Uint8Array): void {
    const context = xdpContext(data.length, { ingressIfindex: net.client.device('eth0').index })
    net.client.run(() => sender.testRun({ data, context, liveFrames: true }))
  }
})

function tagsOf(frame: Uint8Array): number[] {
  const view = new DataView(frame.buffer, frame.byteOffset)
  const tags: number[] = []
  for (let at = 12; view.getUint16(at) === 0x8100 || view.getUint16(at) === 0x88a8; at += 4)
    tags.push(view.getUint16(at + 2) & 0xfff)
  return tags
}
