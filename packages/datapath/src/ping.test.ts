import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, ethernet, fragment, icmpv4, icmpv6, IpProtocol, ipv4, ipv6, type Part, vlan } from '@skep/packet'
import { atEachHook } from '../test/hook.ts'
import { backend, client, mac, vip } from '../test/lab.ts'
import { families, type Family, ip, leg, packet } from '../test/packets.ts'
import { type Stage, stage, verdictTable } from '../test/stage.ts'
import { PulseSwitch } from './lb_xdp.gen.ts'

const { clientToVip, vipToClient } = leg
const ping = { v4: icmpv4({ type: 8, id: 7, sequence: 1 }), v6: icmpv6({ type: 128, id: 7, sequence: 1 }) } as const
const pong = { v4: icmpv4({ type: 0, id: 7, sequence: 1 }), v6: icmpv6({ type: 129, id: 7, sequence: 1 }) } as const

atEachHook('ping', (hook) => {
  let at: Stage
  beforeAll(() => void (at = stage({ hook })))
  beforeEach(() => at.lb.lb.maps.pulse.set(0, { heartbeat: 0n, generation: 0, switches: 0 }))
  afterAll(() => at[Symbol.dispose]())

  describe.each(families)('%s', (family) => {
    const tags: readonly Part[][] = [[], [vlan({ id: 7 })], [vlan({ id: 7 }), vlan({ id: 9 })]]
    const from = (src: string): Uint8Array => packet(family, { ...clientToVip, source: both(src) }, ping[family])
    verdictTable(
      () => at,
      [
        ...tags.flatMap((tag) =>
          [0, 1, 56, 1400].map((bytes) => ({
            name: `${bytes} bytes behind ${tag.length} tags are answered`,
            packet: build(clientToVip.ethernet, ...tag, ip(family, clientToVip, 3), ping[family], data(bytes)),
            becomes: build(vipToClient.ethernet, ...tag, ip(family, vipToClient), pong[family], data(bytes)),
            verdict: 'REPLY_PING' as const,
          })),
        ),
        {
          name: 'to an address that no service has',
          packet: packet(family, { ...clientToVip, destination: backend }, ping[family]),
          verdict: 'PASS_FOREIGN',
        },
        { name: 'an answer', packet: packet(family, clientToVip, pong[family]), verdict: 'PASS_PROTOCOL' },
        {
          name: 'in a frame to everybody',
          packet: build(ethernet({ src: mac.client, dst: 'ff:ff:ff:ff:ff:ff' }), ip(family, clientToVip), ping[family]),
          verdict: 'PASS_GROUP',
        },
        {
          name: 'from no single host',
          packet: from(family === 'v4' ? '224.0.0.5' : 'ff02::1'),
          verdict: 'DROP_MARTIAN',
        },
        { name: 'in fragments', packet: inFragments(family), verdict: 'PASS_PROTOCOL' },
      ],
    )

    test('is left to the kernel where it is turned off', () => {
      at.lb.lb.maps.pulse.set(0, { heartbeat: 0n, generation: 0, switches: PulseSwitch.SWITCH_NO_PING })
      const sent = packet(family, clientToVip, ping[family])
      expect(at.run(sent)).toMatchObject({ verdict: 'PASS_PROTOCOL', packet: sent })
    })
  })
})

function data(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => i)
}

function both(address: string): { v4: string; v6: string } {
  return { v4: address, v6: address }
}

function inFragments(family: Family): Uint8Array {
  if (family === 'v4')
    return build(
      clientToVip.ethernet,
      ipv4({ src: client.v4, dst: vip.v4, protocol: IpProtocol.icmpv4, moreFragments: true }),
      data(64),
    )
  const header = fragment({ id: 5, nextHeader: IpProtocol.icmpv6, moreFragments: true })
  return build(clientToVip.ethernet, ipv6({ src: client.v6, dst: vip.v6 }), header, data(64))
}
