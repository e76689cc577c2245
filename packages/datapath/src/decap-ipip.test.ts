import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import {
  build,
  destinationOptions,
  fragment,
  icmpv4,
  ipv4,
  ipv6,
  type Part,
  routing,
  trailer,
  vlan,
} from '@skep/packet'
import { Backend, type Hook } from '../test/backend.ts'
import {
  balancer,
  client,
  datagram,
  inbound,
  outer,
  prefixes,
  segment,
  server,
  toVip,
  vip,
} from '../test/backend-packets.ts'
import { families, type Family } from '../test/packets.ts'
import type { DecapVerdictName } from './decap-verdicts.ts'

const hooks = ['decapXdp', 'decapIngress'] as const satisfies readonly Hook[]
const combinations = families.flatMap((out) => families.map((inner) => [out, inner] as const))
const verdictOf = (out: Family, inner: Family): DecapVerdictName =>
  `DECAPSULATED_${inner === 'v4' ? '4' : '6'}IN${out === 'v4' ? '4' : '6'}`

needing(needs.root, needs.bpf).describe('IPIP', () =>
  describe.each(hooks)('%s', (hook) => {
    let at: Backend
    beforeAll(() => {
      at = new Backend({
        sources: Object.values(prefixes),
        vips: [`${vip.v4}/32`, `${vip.v6}/128`],
        own: Object.values(server),
      })
    })
    afterAll(() => at[Symbol.dispose]())

    const syn = segment(40000, 80, 'syn')
    const expectUntouched = (packet: Uint8Array, verdict: DecapVerdictName): void =>
      expect(at.run(hook, packet)).toEqual({ verdict, packet })

    describe.each(combinations)('outer %s, inner %s', (out, inner) => {
      const verdict = verdictOf(out, inner)
      const inside: readonly [string, ...Part[]][] = [
        ['a SYN', syn],
        ['a datagram', datagram(40000, 53), 'hello'],
        ['a full segment', segment(40000, 80, 'ack'), new Uint8Array(1400).fill(7)],
        ['nothing behind the IP header', new Uint8Array(0)],
      ]
      test.each(inside)('%s comes out as the client sent it', (_, ...rest) => {
        const nothing = rest[0] instanceof Uint8Array
        const header = nothing
          ? { ...toVip(inner), ...(inner === 'v4' ? { protocol: 59 } : { nextHeader: 59 }) }
          : toVip(inner)
        const packet = build(inbound, outer(out), header, ...rest)
        expect(at.run(hook, packet)).toEqual({ verdict, packet: build(inbound, header, ...rest) })
      })

      test('a frame that is padded keeps its padding, which the IP header tells from data', () => {
        const padding = trailer(new Uint8Array(9).fill(0xee))
        const packet = build(inbound, outer(out), toVip(inner), datagram(40000, 53), padding)
        expect(at.run(hook, packet).packet).toEqual(build(inbound, toVip(inner), datagram(40000, 53), padding))
      })

      test('cut short at any byte of the headers, it is left alone or dropped, and never read beyond its end', () => {
        const packet = build(inbound, outer(out), toVip(inner), syn)
        /* Of less than an IP header, the kernel makes no packet for tc. */
        const least = hook === 'decapXdp' ? 14 : out === 'v4' ? 34 : 54
        for (let length = least; length < packet.length; length++) {
          const cut = packet.slice(0, length)
          expect({ length, ...at.run(hook, cut) }).toEqual({ length, verdict: 'PASS_TRUNCATED', packet: cut })
        }
      })

      test('an inner packet whose lengths go beyond the outer one, or whose version is not what the outer says', () => {
        const headers: readonly Part[] =
          inner === 'v4'
            ? [
                { ...toVip('v4'), totalLength: 41 } as Part,
                { ...toVip('v4'), totalLength: 19 } as Part,
                { ...toVip('v4'), ihl: 4 } as Part,
                { ...toVip('v4'), ihl: 15, totalLength: 40 } as Part,
                { ...toVip('v4'), version: 6 } as Part,
              ]
            : [{ ...toVip('v6'), payloadLength: 21 } as Part, { ...toVip('v6'), version: 4 } as Part]
        for (const header of headers) expectUntouched(build(inbound, outer(out), header, syn), 'DROP_INNER')
      })

      test('an outer packet that ends inside the inner header', () => {
        const whole = build(inbound, outer(out), toVip(inner), syn)
        for (let length = 0; length < (inner === 'v4' ? 20 : 40); length++) {
          const packet = whole.slice()
          const view = new DataView(packet.buffer)
          if (out === 'v4') view.setUint16(16, 20 + length)
          else view.setUint16(18, length)
          expect({ length, ...at.run(hook, packet) }).toEqual({ length, verdict: 'DROP_INNER', packet })
        }
      })

      test('an inner destination that is no service address', () => {
        const other =
          inner === 'v4' ? ipv4({ src: client.v4, dst: '192.0.2.11' }) : ipv6({ src: client.v6, dst: '2001:db8::11' })
        expectUntouched(build(inbound, outer(out), other, syn), 'DROP_NOT_VIP')
      })

      /* RFC 6040, figure 4: rows inner, columns outer; 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE. */
      const table = [
        [0, 0, 0, 'drop'],
        [1, 1, 1, 3],
        [2, 1, 2, 3],
        [3, 3, 3, 3],
      ] as const
      test.each(table.flatMap((row, i) => row.map((becomes, o) => [i, o, becomes] as const)))(
        'ECN %i inside, %i outside: %s',
        (innerEcn, outerEcn, becomes) => {
          const packet = build(inbound, outer(out, { ecn: outerEcn }), toVip(inner, { ecn: innerEcn }), syn)
          if (becomes === 'drop') expectUntouched(packet, 'DROP_ECN')
          else
            expect(at.run(hook, packet)).toEqual({
              verdict,
              packet: build(inbound, toVip(inner, { ecn: becomes }), syn),
            })
        },
      )
    })

    describe.each(families)('who may send it, outer %s', (out) => {
      const inside = [toVip('v4'), syn] as const
      const from = (src: string, dst: string): Uint8Array =>
        build(inbound, out === 'v4' ? ipv4({ src, dst }) : ipv6({ src, dst }), ...inside)

      test('from outside the configured prefixes it is left to the stack, and counted', () => {
        expectUntouched(from(client[out], server[out]), 'PASS_STRANGER')
      })
      test('to an address that is not this host’s', () => {
        expectUntouched(from(balancer[out], vip[out]), 'PASS_NOT_OWN')
      })
    })

    test('an IPv4 prefix does not let an IPv6 address in that looks like it', () => {
      const packet = build(inbound, ipv6({ src: '::aff:707', dst: server.v6 }), toVip('v4'), syn)
      expectUntouched(packet, 'PASS_STRANGER')
    })

    describe('the outer header', () => {
      const v4 = (fields: object): Uint8Array =>
        build(inbound, ipv4({ src: balancer.v4, dst: server.v4, ...fields }), toVip('v4'), syn)
      test('fragments are for the stack', () => {
        expectUntouched(v4({ moreFragments: true }), 'PASS_FRAGMENT')
        expectUntouched(v4({ fragmentOffset: 64 }), 'PASS_FRAGMENT')
        const v6 = build(
          inbound,
          outer('v6'),
          fragment({ id: 5, moreFragments: true, nextHeader: 4 }),
          new Uint8Array(40),
        )
        expectUntouched(v6, 'PASS_PLAIN')
      })
      test('options are for the stack', () => {
        expectUntouched(v4({ options: [{ type: 7, data: new Uint8Array(9) }] }), 'PASS_OUTER_OPTIONS')
        expectUntouched(build(inbound, outer('v6'), routing({ type: 4 }), toVip('v4'), syn), 'PASS_PLAIN')
        expectUntouched(build(inbound, outer('v6'), destinationOptions(), toVip('v4'), syn), 'PASS_PLAIN')
      })
      test.each(families)(
        'the tunnel encapsulation limit, which Linux puts in by default, goes with it: inner %s',
        (inner) => {
          const limit = destinationOptions({
            options: [
              { type: 4, data: Uint8Array.of(4) },
              { type: 1, data: new Uint8Array(1) },
            ],
          })
          const packet = build(inbound, outer('v6'), limit, toVip(inner), syn)
          expect(at.run(hook, packet)).toEqual({
            verdict: verdictOf('v6', inner),
            packet: build(inbound, toVip(inner), syn),
          })
        },
      )
    })

    test('what is not IPIP passes untouched', () => {
      expectUntouched(build(inbound, toVip('v4'), syn), 'PASS_PLAIN')
      expectUntouched(build(inbound, toVip('v6'), syn), 'PASS_PLAIN')
      expectUntouched(build(inbound, toVip('v4'), icmpv4({ type: 8, code: 0 }), 'ping'), 'PASS_PLAIN')
      expectUntouched(build({ ...inbound, type: 0x88cc }, new Uint8Array(46)), 'PASS_ETHERTYPE')
    })

    test('two VLAN tags pass untouched', () => {
      expectUntouched(build(inbound, vlan({ id: 7 }), vlan({ id: 8 }), outer('v4'), toVip('v4'), syn), 'PASS_ETHERTYPE')
    })
  }),
)

needing(needs.root, needs.bpf).describe('IPIP in a tagged frame', () => {
  test.each(combinations)('the tag stays: outer %s, inner %s', (out, inner) => {
    using at = new Backend({
      sources: Object.values(prefixes),
      vips: ['0.0.0.0/0', '::/0'],
      own: Object.values(server),
    })
    const tag = vlan({ id: 7, priority: 3 })
    const rest = [toVip(inner), segment(40000, 80, 'syn')] as const
    expect(at.run('decapXdp', build(inbound, tag, outer(out), ...rest))).toEqual({
      verdict: verdictOf(out, inner),
      packet: build(inbound, tag, ...rest),
    })
  })
})

needing(needs.root, needs.bpf).describe('IPIP that nobody asked for', () => {
  test.each(hooks)('is not touched where it is not configured, %s', (hook) => {
    using at = new Backend({ config: { ipip: 0 }, sources: ['0.0.0.0/0'], vips: ['0.0.0.0/0'], own: [server.v4] })
    const packet = build(inbound, outer('v4'), toVip('v4'), segment(1, 2, 'syn'))
    expect(at.run(hook, packet)).toEqual({ verdict: 'PASS_PLAIN', packet })
  })
})
