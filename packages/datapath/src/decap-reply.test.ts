import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { needing, needs } from '@skep/testbed'
import { build, dissect, fragment, icmpv4, icmpv6, IpProtocol, ipv4, ipv6, type Part, tcp, udp } from '@skep/packet'
import { Backend } from '../test/backend.ts'
import {
  client,
  datagram,
  ip,
  leaving,
  marked,
  outbound,
  segment,
  server,
  unmarked,
  vip,
} from '../test/backend-packets.ts'
import { families, type Family } from '../test/packets.ts'
import type { DecapVerdictName } from './decap-verdicts.ts'

needing(needs.root, needs.bpf).describe('what a backend answers', () => {
  let at: Backend
  beforeAll(() => {
    at = new Backend({ vips: [`${vip.v4}/32`, `${vip.v6}/128`] })
  })
  afterAll(() => at[Symbol.dispose]())
  beforeEach(() => at.forget())

  const egress = (packet: Uint8Array): { verdict: DecapVerdictName; packet: Uint8Array } =>
    at.run('decapEgress', packet)
  const expectUntouched = (packet: Uint8Array, verdict: DecapVerdictName = 'REPLY_PLAIN'): void =>
    expect(egress(packet)).toEqual({ verdict, packet })
  const begin = (family: Family, transport: Part = segment(40000, 8080, 'syn')): void => {
    expect(at.run('decapXdp', marked(family, transport, 80)).verdict).toBe('OPTION_RECORDED')
  }

  describe.each(families)('%s', (family) => {
    const transports: readonly [string, Part, Part, Part, ...Part[]][] = [
      [
        'SYN and ACK',
        segment(40000, 8080, 'syn'),
        segment(8080, 40000, 'syn', 'ack'),
        segment(80, 40000, 'syn', 'ack'),
      ],
      ['data', segment(40000, 8080, 'syn'), segment(8080, 40000, 'ack'), segment(80, 40000, 'ack'), 'odd'],
      ['a datagram', datagram(40000, 8080), datagram(8080, 40000), datagram(80, 40000), new Uint8Array(1200).fill(3)],
    ]
    test.each(transports)('%s leaves with the service address and port', (_, begins, answer, becomes, ...data) => {
      begin(family, begins)
      expect(egress(leaving(family, server[family], answer, ...data))).toEqual({
        verdict: 'REPLY_TRANSLATED',
        packet: leaving(family, vip[family], becomes, ...data),
      })
    })

    test('without a record it leaves as it is', () => {
      expectUntouched(leaving(family, server[family], segment(8080, 40000, 'syn', 'ack')))
    })

    test('another port, client or protocol is another flow', () => {
      begin(family)
      expectUntouched(leaving(family, server[family], segment(8080, 40001, 'ack')))
      expectUntouched(leaving(family, server[family], segment(8081, 40000, 'ack')))
      expectUntouched(leaving(family, server[family], datagram(8080, 40000)))
    })

    test('a record lives as long as it is used, and not much longer', () => {
      begin(family)
      const data = leaving(family, server[family], segment(8080, 40000, 'ack'))
      at.age(90)
      expect(egress(data).verdict).toBe('REPLY_TRANSLATED')
      at.age(90)
      expect(egress(data).verdict).toBe('REPLY_TRANSLATED')
      at.age(102)
      expectUntouched(data, 'REPLY_EXPIRED')
      expect(at.flows()).toEqual([])
    })

    test('a RST shortens it; who sends on after one that others sent gets its time back', () => {
      begin(family)
      at.run('decapXdp', unmarked(family, segment(40000, 8080, 'rst')))
      const data = leaving(family, server[family], segment(8080, 40000, 'ack'))
      at.age(5)
      expect(egress(data).verdict).toBe('REPLY_TRANSLATED')
      at.age(40)
      expect(egress(data).verdict).toBe('REPLY_TRANSLATED')
      expect(egress(leaving(family, server[family], segment(8080, 40000, 'rst'))).verdict).toBe('REPLY_TRANSLATED')
      at.age(15)
      expect(egress(data).verdict).toBe('REPLY_EXPIRED')
    })

    test('a FIN from one side leaves the other its time, one from both shortens it', () => {
      begin(family)
      at.run('decapXdp', unmarked(family, segment(40000, 8080, 'fin', 'ack')))
      at.age(90)
      expect(egress(leaving(family, server[family], segment(8080, 40000, 'fin', 'ack'))).verdict).toBe(
        'REPLY_TRANSLATED',
      )
      at.age(60)
      expect(egress(leaving(family, server[family], segment(8080, 40000, 'ack'))).verdict).toBe('REPLY_EXPIRED')
    })

    test('a datagram that leaves in fragments, in the service’s name all of them', () => {
      begin(family, datagram(40000, 8080))
      const whole = build(
        ip(family, server[family], client[family]),
        datagram(8080, 40000),
        new Uint8Array(2400).fill(5),
      )
      const sent = build(ip(family, vip[family], client[family]), datagram(80, 40000), new Uint8Array(2400).fill(5))
      const pieces = (bytes: Uint8Array, source: string): Uint8Array[] => {
        const payload = bytes.subarray(family === 'v4' ? 20 : 40)
        return [0, 1200].map((fragmentOffset) => {
          const data = payload.subarray(fragmentOffset, fragmentOffset === 0 ? 1200 : undefined)
          const fields = { id: 77, moreFragments: fragmentOffset === 0, fragmentOffset }
          return family === 'v4'
            ? build(outbound, ipv4({ src: source, dst: client.v4, protocol: IpProtocol.udp, ...fields }), data)
            : build(
                outbound,
                ipv6({ src: source, dst: client.v6 }),
                fragment({ nextHeader: IpProtocol.udp, ...fields }),
                data,
              )
        })
      }
      const [first, last] = pieces(whole, server[family]).map(egress)
      const [firstSent, lastSent] = pieces(sent, vip[family])
      expect(first).toEqual({ verdict: 'REPLY_TRANSLATED', packet: firstSent })
      expect(last).toEqual({ verdict: 'REPLY_FRAGMENT_TRANSLATED', packet: lastSent })
      const stranger = pieces(whole, server[family])[1]!.slice()
      const id = family === 'v4' ? 19 : 61
      stranger[id] = 78
      expect(egress(stranger).verdict).toBe('REPLY_PLAIN')
    })

    const quotes: readonly [string, Part, Part, number][] = [
      ['a datagram', datagram(40000, 8080), datagram(40000, 80), 64],
      ['a segment', segment(40000, 8080, 'syn'), segment(40000, 80, 'syn'), 64],
      ['eight bytes of a segment', segment(40000, 8080, 'syn'), segment(40000, 80, 'syn'), 8],
    ]
    test.each(quotes)('an ICMP error about %s speaks of the service', (_, quoted, becomes, length) => {
      begin(family, quoted)
      const error = (source: string, inner: Uint8Array): Uint8Array => {
        const header = family === 'v4' ? 20 : 40
        const quote = inner.subarray(0, header + length)
        const icmp = family === 'v4' ? icmpv4({ type: 3, code: 3 }) : icmpv6({ type: 1, code: 4 })
        return leaving(family, source, icmp, quote)
      }
      const cut = build(ip(family, client[family], server[family]), quoted, 'payload!')
      const sent = build(ip(family, client[family], vip[family]), becomes, 'payload!')
      const { verdict, packet } = egress(error(server[family], cut))
      expect(verdict).toBe('REPLY_ERROR_TRANSLATED')
      expect(packet).toEqual(error(vip[family], sent))
      expect(dissect(packet).troubles.filter(({ message }) => /checksum/.test(message) && length > 8)).toEqual([])
    })

    test('an ICMP error about something else, and ICMP that is none', () => {
      begin(family)
      const about = build(ip(family, client[family], server[family]), segment(40001, 8080, 'syn'))
      const echo = family === 'v4' ? icmpv4({ type: 0, code: 0 }) : icmpv6({ type: 129, code: 0 })
      const error = family === 'v4' ? icmpv4({ type: 3, code: 3 }) : icmpv6({ type: 1, code: 4 })
      expectUntouched(leaving(family, server[family], error, about))
      expectUntouched(leaving(family, server[family], echo, about))
    })

    test('what cannot be read leaves as it is', () => {
      begin(family)
      const packet = leaving(family, server[family], segment(8080, 40000, 'ack'))
      const end = family === 'v4' ? 54 : 74
      for (let length = end - 20; length < end; length++) expectUntouched(packet.slice(0, length))
    })
  })

  test('UDP over IPv4 without a checksum stays without', () => {
    begin('v4', datagram(40000, 8080))
    const without = (srcPort: number): Part => udp({ srcPort, dstPort: 40000, checksum: 0 })
    expect(egress(leaving('v4', server.v4, without(8080), 'x')).packet).toEqual(leaving('v4', vip.v4, without(80), 'x'))
  })

  test('a checksum that is wrong stays wrong', () => {
    begin('v4')
    const broken = tcp({ srcPort: 8080, dstPort: 40000, flags: ['ack'], checksum: 0x1234 })
    const { packet } = egress(leaving('v4', server.v4, broken))
    expect(dissect(packet).troubles).not.toEqual([])
  })
})
