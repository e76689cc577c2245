import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { build, destinationOptions, fragment, IpProtocol, ipv4, ipv6, type Part, vlan } from '@skep/packet'
import { Backend, type Hook, words } from '../test/backend.ts'
import {
  client,
  datagram,
  inbound,
  marked,
  option4,
  option6,
  segment,
  server,
  unmarked,
  vip,
} from '../test/backend-packets.ts'
import { families } from '../test/packets.ts'
import type { DecapVerdictName } from './decap-verdicts.ts'

const hooks = ['decapXdp', 'decapIngress'] as const satisfies readonly Hook[]

const { describe: hosted } = needing(needs.root, needs.bpf)

hosted('the option of a service', () =>
  describe.each(hooks)('%s', (hook) => {
    let at: Backend
    beforeAll(() => {
      at = new Backend({ vips: [`${vip.v4}/32`, `${vip.v6}/128`] })
    })
    afterAll(() => at[Symbol.dispose]())
    beforeEach(() => at.forget())

    const syn = segment(40000, 8080, 'syn')
    const expectUntouched = (packet: Uint8Array, verdict: DecapVerdictName): void =>
      expect(at.run(hook, packet)).toEqual({ verdict, packet })

    describe.each(families)('%s', (family) => {
      const transports: readonly [string, Part, number][] = [
        ['a SYN', syn, IpProtocol.tcp],
        ['a datagram', datagram(40000, 8080), IpProtocol.udp],
      ]
      test.each(transports)('%s: the option is noted and taken off', (_, transport, protocol) => {
        const packet = marked(family, transport, 80, 'data')
        expect(at.run(hook, packet)).toEqual({
          verdict: 'OPTION_RECORDED',
          packet: unmarked(family, transport, 'data'),
        })
        expect(at.flows()).toEqual([
          [
            {
              client: words(client[family]),
              server: words(server[family]),
              clientPort: 40000,
              serverPort: 8080,
              protocol,
            },
            { vip: words(vip[family]), vipPort: 80, seen: 0, lastSeen: expect.any(Number) },
          ],
        ])
      })

      test('the same SYN again is the same flow, and younger', () => {
        at.run(hook, marked(family, syn, 80))
        at.age(50)
        const before = at.flows()[0]![1].lastSeen
        at.run(hook, marked(family, syn, 80))
        expect(at.flows()[0]![1].lastSeen - before).toBeGreaterThanOrEqual(50)
      })

      test('a SYN of another service takes the flow over', () => {
        at.run(hook, marked(family, syn, 80))
        at.run(hook, marked(family, syn, 443))
        expect(at.flows().map(([, { vipPort }]) => vipPort)).toEqual([443])
      })

      test('a SYN or datagram without it is to the server itself: what was noted is over', () => {
        for (const transport of [syn, datagram(40000, 8080)]) {
          at.run(hook, marked(family, transport, 80))
          expectUntouched(unmarked(family, transport), 'PASS_PLAIN')
          expect(at.flows()).toEqual([])
        }
      })

      test('other packets of the connection change nothing', () => {
        at.run(hook, marked(family, syn, 80))
        const before = at.flows()
        expectUntouched(unmarked(family, segment(40000, 8080, 'ack'), 'data'), 'PASS_PLAIN')
        expect(at.flows()).toEqual(before)
      })

      test.each([
        ['fin', 1],
        ['rst', 4],
      ] as const)('a %s of the client is seen', (flag, seen) => {
        at.run(hook, marked(family, syn, 80))
        at.run(hook, unmarked(family, segment(40000, 8080, flag, 'ack')))
        expect(at.flows().map(([, flow]) => flow.seen)).toEqual([seen])
      })

      test('cut short at any byte, nothing is noted and nothing taken off', () => {
        const packet = marked(family, syn, 80)
        const least = hook === 'decapXdp' ? 14 : family === 'v4' ? 34 : 54
        for (let length = least; length < packet.length; length++) {
          expect({ length, ...at.run(hook, packet.slice(0, length)) }).toMatchObject({
            length,
            verdict: 'PASS_TRUNCATED',
            packet: packet.slice(0, length),
          })
        }
        expect(at.flows()).toEqual([])
      })

      test('an address that is no service address: untouched, so that nobody lends himself a name', () => {
        const [src, dst] = [client[family], server[family]]
        const packet =
          family === 'v4'
            ? build(inbound, ipv4({ src, dst, options: [option4(80, '192.0.2.11')] }), syn)
            : build(inbound, ipv6({ src, dst }), option6(80, '2001:db8::11'), syn)
        expectUntouched(packet, 'PASS_OPTION_NOT_VIP')
        expect(at.flows()).toEqual([])
      })
    })

    const v4 = { src: client.v4, dst: server.v4 } as const
    const v6 = { src: client.v6, dst: server.v6 } as const

    test('IPv4: port and address as little-endian nodes of Cilium write them', () => {
      const packet = build(inbound, ipv4({ ...v4, options: [option4(80, vip.v4, 'reversed')] }), syn)
      expect(at.run(hook, packet)).toEqual({ verdict: 'OPTION_RECORDED', packet: unmarked('v4', syn) })
      expect(at.flows()[0]?.[1]).toMatchObject({ vip: words(vip.v4), vipPort: 80 })
    })

    test('IPv4: options behind it stay', () => {
      const other = { type: 7, data: new Uint8Array(6) }
      const packet = build(inbound, ipv4({ ...v4, options: [option4(80, vip.v4), other] }), syn)
      expect(at.run(hook, packet)).toEqual({
        verdict: 'OPTION_RECORDED',
        packet: build(inbound, ipv4({ ...v4, options: [other] }), syn),
      })
    })

    test('other options are none of it', () => {
      expectUntouched(
        build(inbound, ipv4({ ...v4, options: [{ type: 7, data: new Uint8Array(6) }] }), syn),
        'PASS_PLAIN',
      )
      expectUntouched(build(inbound, ipv6(v6), destinationOptions(), syn), 'PASS_PLAIN')
    })

    test('fragments: the first has the ports, later ones keep the option', () => {
      const options = [option4(80, vip.v4)]
      const first = build(
        inbound,
        ipv4({ ...v4, options, moreFragments: true }),
        datagram(40000, 8080),
        new Uint8Array(64),
      )
      expect(at.run(hook, first).verdict).toBe('OPTION_RECORDED')
      expectUntouched(
        build(inbound, ipv4({ ...v4, options, protocol: IpProtocol.udp, fragmentOffset: 72 }), new Uint8Array(64)),
        'PASS_FRAGMENT',
      )
      const piece = (fields: object) => fragment({ id: 1, nextHeader: IpProtocol.udp, ...fields })
      const beginning = [piece({ moreFragments: true }), datagram(40000, 8080), new Uint8Array(64)] as const
      expect(at.run(hook, build(inbound, ipv6(v6), option6(80, vip.v6), ...beginning))).toEqual({
        verdict: 'OPTION_RECORDED',
        packet: build(inbound, ipv6(v6), ...beginning),
      })
      const end = [piece({ fragmentOffset: 72 }), new Uint8Array(64)] as const
      expectUntouched(build(inbound, ipv6(v6), option6(80, vip.v6), ...end), 'PASS_FRAGMENT')
      const other = [fragment({ id: 1, nextHeader: 47, moreFragments: true }), new Uint8Array(64)] as const
      expectUntouched(build(inbound, ipv6(v6), option6(80, vip.v6), ...other), 'PASS_FRAGMENT')
    })

    test('where options are not heeded, it passes untouched', () => {
      using deaf = new Backend({ config: { option: 0 }, vips: [`${vip.v4}/32`] })
      const packet = marked('v4', syn, 80)
      expect(deaf.run(hook, packet)).toEqual({ verdict: 'PASS_PLAIN', packet })
      expect(deaf.flows()).toEqual([])
    })

    test('as many flows as are wished: older ones give way', () => {
      using small = new Backend({ vips: [`${vip.v4}/32`], flows: 512 })
      for (let port = 1; port <= 2048; port++) small.run(hook, marked('v4', segment(port, 8080, 'syn'), 80))
      expect(small.flows().length).toBeLessThanOrEqual(512)
      expect(small.flows().some(([{ clientPort }]) => clientPort === 2048)).toBe(true)
    })
  }),
)

hosted('a tagged frame', () =>
  test.each(families)('a tag stays where the option goes: %s', (family) => {
    using at = new Backend({ vips: [`${vip.v4}/32`, `${vip.v6}/128`] })
    const syn = segment(40000, 8080, 'syn')
    const tagged = (packet: Uint8Array): Uint8Array => {
      const link = build(inbound, vlan({ id: 7, type: family === 'v4' ? 0x800 : 0x86dd }))
      return Uint8Array.of(...link, ...packet.subarray(14))
    }
    expect(at.run('decapXdp', tagged(marked(family, syn, 80)))).toEqual({
      verdict: 'OPTION_RECORDED',
      packet: tagged(unmarked(family, syn)),
    })
  }),
)
