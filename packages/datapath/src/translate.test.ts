import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { tcp } from '@skep/packet'
import { build, ipv4, ipv6, udp } from '@skep/packet'
import { atEachHook } from '../test/hook.ts'
import { backend, client, own, vip } from '../test/lab.ts'
import { datagram, families, leg, packet, segment, sent } from '../test/packets.ts'
import { type Stage, stage, verdictTable } from '../test/stage.ts'

atEachHook('translation', (hook) => {
  let at: Stage
  beforeAll(() => void (at = stage({ hook, natLines: 256 })))
  beforeEach(() => at.reset())
  afterAll(() => at[Symbol.dispose]())

  const { clientToVip, ownToBackend, backendToOwn, vipToClient } = leg

  describe.each(families)('%s', (family) => {
    const open = (protocol: 'tcp' | 'udp'): void => {
      const first = protocol === 'tcp' ? segment(40000, 80, 'syn') : datagram(40000, 80)
      expect(at.run(packet(family, clientToVip, first)).verdict).toBe('REDIRECT_TO_BACKEND')
    }

    verdictTable(
      () => at,
      [
        {
          name: 'TCP to the backend, from the own address and the client’s port',
          packet: packet(family, clientToVip, segment(40000, 80, 'syn')),
          becomes: sent(family, ownToBackend, segment(40000, 8080, 'syn')),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'TCP with data of an odd length',
          before: () => open('tcp'),
          packet: packet(family, clientToVip, segment(40000, 80, 'ack', 'psh'), 'GET /'),
          becomes: sent(family, ownToBackend, segment(40000, 8080, 'ack', 'psh'), 'GET /'),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'UDP to the backend',
          packet: packet(family, clientToVip, datagram(40000, 80), 'question'),
          becomes: sent(family, ownToBackend, datagram(40000, 8080), 'question'),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'TCP back to the client, from the service’s address and port',
          before: () => open('tcp'),
          from: 'back',
          packet: packet(family, backendToOwn, segment(8080, 40000, 'syn', 'ack')),
          becomes: sent(family, vipToClient, segment(80, 40000, 'syn', 'ack')),
          verdict: 'REDIRECT_TO_CLIENT',
        },
        {
          name: 'UDP back to the client',
          before: () => open('udp'),
          from: 'back',
          packet: packet(family, backendToOwn, datagram(8080, 40000), 'answer'),
          becomes: sent(family, vipToClient, datagram(80, 40000), 'answer'),
          verdict: 'REDIRECT_TO_CLIENT',
        },
        {
          name: 'to the backend by the device it came in by',
          from: 'back',
          packet: packet(family, clientToVip, segment(40000, 80, 'syn')),
          becomes: sent(family, ownToBackend, segment(40000, 8080, 'syn')),
          verdict: 'TX_TO_BACKEND',
        },
        {
          name: 'to the client by the device it came in by',
          before: () => open('tcp'),
          packet: packet(family, backendToOwn, segment(8080, 40000, 'ack')),
          becomes: sent(family, vipToClient, segment(80, 40000, 'ack')),
          verdict: 'TX_TO_CLIENT',
        },
        {
          name: 'a wrong TCP checksum stays as wrong as it was',
          packet: packet(family, clientToVip, wrong(family, segment(40000, 80, 'syn'), 'clientToVip')),
          becomes: sent(family, ownToBackend, wrong(family, segment(40000, 8080, 'syn'), 'ownToBackend')),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'a wrong UDP checksum stays as wrong as it was',
          packet: packet(family, clientToVip, wrong(family, datagram(40000, 80), 'clientToVip')),
          becomes: sent(family, ownToBackend, wrong(family, datagram(40000, 8080), 'ownToBackend')),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'UDP without a checksum stays without',
          packet: packet(family, clientToVip, udp({ srcPort: 40000, dstPort: 80, checksum: 0 }), 'x'),
          becomes: sent(family, ownToBackend, udp({ srcPort: 40000, dstPort: 8080, checksum: 0 }), 'x'),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'a UDP checksum that comes to 0 is sent as 0xffff',
          packet: packet(family, clientToVip, datagram(40000, 80), summingToZero(family)),
          becomes: sent(
            family,
            ownToBackend,
            udp({ srcPort: 40000, dstPort: 8080, checksum: 0xffff }),
            summingToZero(family),
          ),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'TTL 2 becomes 1',
          packet: build(clientToVip.ethernet, ...hops(family, 2), segment(40000, 80, 'syn')),
          becomes: build(ownToBackend.ethernet, ...hops(family, 1, true), segment(40000, 8080, 'syn')),
          verdict: 'REDIRECT_TO_BACKEND',
        },
      ],
    )
  })

  /* With the traffic class, flow label, identification and flags that stay. */
  function hops(family: 'v4' | 'v6', ttl: number, after = false): [ReturnType<typeof ipv4> | ReturnType<typeof ipv6>] {
    const [src, dst] = after ? [own[family], backend[family]] : [client[family], vip[family]]
    return family === 'v4'
      ? [ipv4({ src, dst, ttl, dscp: 46, ecn: 1, id: 0xbeef, dontFragment: true })]
      : [ipv6({ src, dst, hopLimit: ttl, dscp: 46, ecn: 1, flowLabel: 0xabcde })]
  }

  /** The same header with 0x1234 added to its correct checksum, in ones’ complement. */
  function wrong<T extends ReturnType<typeof tcp> | ReturnType<typeof udp>>(
    family: 'v4' | 'v6',
    header: T,
    on: keyof typeof leg,
  ): T {
    const bytes = packet(family, leg[on], header)
    const offset = 14 + (family === 'v4' ? 20 : 40) + (header.kind === 'tcp' ? 16 : 6)
    const right = (bytes[offset]! << 8) | bytes[offset + 1]!
    const sum = right + 0x1234
    return { ...header, checksum: (sum & 0xffff) + (sum >> 16) }
  }

  /** Two bytes with which the translated datagram's checksum is 0. */
  function summingToZero(family: 'v4' | 'v6'): Uint8Array {
    const bytes = sent(family, ownToBackend, datagram(40000, 8080), new Uint8Array(2))
    const offset = 14 + (family === 'v4' ? 20 : 40) + 6
    return bytes.slice(offset, offset + 2)
  }

  test('every packet that is sent to a member is counted for it, with its bytes; replies are not', () => {
    const question = packet('v4', clientToVip, datagram(40000, 80), 'question')
    const answer = packet('v4', backendToOwn, datagram(8080, 40000), 'answer')
    const before = at.lb.memberCounter(1)
    at.run(question)
    at.run(question)
    at.run(answer, at.net.back)
    const after = at.lb.memberCounter(1)
    expect(after.packets - before.packets).toBe(2n)
    expect(after.bytes - before.bytes).toBe(2n * BigInt(question.length))
  })

  test('a checksum is right after any translation', () => {
    for (let i = 0; i < 500; i++) {
      const port = 32768 + ((i * 7919) % 32768)
      const text = 'x'.repeat(i % 7) + i
      for (const family of families) {
        const { packet: found } = at.run(packet(family, clientToVip, datagram(port, 80), text))
        const natPort = (found[family === 'v4' ? 34 : 54]! << 8) | found[family === 'v4' ? 35 : 55]!
        expect(found).toEqual(sent(family, ownToBackend, datagram(natPort, 8080), text))
      }
    }
  })
})
