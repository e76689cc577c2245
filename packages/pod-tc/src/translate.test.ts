import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, dissect, ethernet, ipv4, type Part, tcp, udp, vlan } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import {
  backend,
  datagram,
  families,
  headers,
  into,
  loopback,
  mac,
  other,
  out,
  pod,
  second,
  segment,
  service,
} from '../test/packets.ts'
import { Stage } from '../test/stage.ts'

needing(needs.root, needs.bpf).describe('what becomes of a pod’s packets', () => {
  let at: Stage
  beforeAll(() => void (at = new Stage()))
  afterAll(() => at[Symbol.dispose]())
  beforeEach(() => at.clear())

  describe.each(families)('%s', (family) => {
    const kinds: readonly (readonly ['tcp' | 'udp', (from: number, to: number) => Part])[] = [
      ['tcp', (from, to) => segment(from, to, 'syn')],
      ['udp', datagram],
    ]
    const echo = (protocol: 'tcp' | 'udp' = 'tcp') =>
      ({
        address: service[family],
        port: 80,
        protocol,
        backends: [{ address: backend[family], port: 8080 }],
      }) as const

    test.each(kinds)(
      '%s: to the service goes to its backend, and the answer comes from the service',
      (protocol, part) => {
        at.service(echo(protocol))
        expect(at.leave(out(family, service, part(40_000, 80), 'data'))).toEqual({
          verdict: 'TO_BACKEND',
          action: 'PASS',
          packet: out(family, backend, part(40_000, 8080), 'data'),
        })
        expect(at.arrive(into(family, backend, part(8080, 40_000), 'data'))).toEqual({
          verdict: 'FROM_SERVICE',
          action: 'PASS',
          packet: into(family, service, part(80, 40_000), 'data'),
        })
      },
    )

    test('a datagram without a checksum stays without', () => {
      at.service(echo('udp'))
      const bare = (to: number): Part => udp({ srcPort: 40_000, dstPort: to, checksum: 0 })
      expect(at.leave(out(family, service, bare(80))).packet).toEqual(out(family, backend, bare(8080)))
    })

    test('who reaches itself is reached from the loopback address, and answered by the service', () => {
      at.service({ ...echo(), backends: [{ address: pod[family], port: 8080 }] })
      const given = build(...headers(family, 'in', loopback, pod), segment(40_000, 8080, 'syn'))
      const asked = { verdict: 'TO_ITSELF', action: 'BACK', packet: given }
      expect(at.leave(out(family, service, segment(40_000, 80, 'syn')))).toEqual(asked)
      expect(at.arrive(given)).toMatchObject({ verdict: 'PASS_ARRIVAL', packet: given })
      const answer = build(...headers(family, 'in', service, pod), segment(80, 40_000, 'syn', 'ack'))
      expect(at.leave(out(family, loopback, segment(8080, 40_000, 'syn', 'ack')))).toEqual({
        verdict: 'TO_ITSELF',
        action: 'BACK',
        packet: answer,
      })
      expect(at.arrive(answer)).toMatchObject({ verdict: 'PASS_ARRIVAL', packet: answer })
    })

    test('to no service, and from no backend: as it is', () => {
      at.service(echo())
      for (const part of [segment(40_000, 81, 'syn'), segment(40_000, 80, 'ack'), datagram(40_000, 80)]) {
        const packet = out(family, other, part)
        expect(at.leave(packet)).toEqual({ verdict: 'PASS_FOREIGN', action: 'PASS', packet })
      }
      const packet = into(family, backend, segment(8080, 40_000, 'ack'))
      expect(at.arrive(packet)).toEqual({ verdict: 'PASS_ARRIVAL', action: 'PASS', packet })
    })

    test('a NodePort is at the node’s address', () => {
      at.nodePort(second[family], { port: 30_080, backends: echo().backends })
      expect(at.leave(out(family, second, segment(40_000, 30_080, 'syn')))).toMatchObject({
        verdict: 'TO_BACKEND',
        packet: out(family, backend, segment(40_000, 8080, 'syn')),
      })
      expect(at.leave(out(family, other, segment(40_000, 30_080, 'syn'))).verdict).toBe('PASS_FOREIGN')
    })

    test('two services with one backend, from one port of the pod: the second from another port', () => {
      at.service(echo())
      at.service({ ...echo(), address: other[family] })
      at.leave(out(family, service, segment(40_000, 80, 'syn')))
      const { verdict, packet } = at.leave(out(family, other, segment(40_000, 80, 'syn')))
      const port = tcpOf(packet).srcPort
      expect([verdict, port === 40_000, port >= 32_768]).toEqual(['TO_BACKEND', false, true])
      expect(packet).toEqual(out(family, backend, segment(port, 8080, 'syn')))
      expect(at.arrive(into(family, backend, segment(8080, port, 'syn', 'ack'))).packet).toEqual(
        into(family, other, segment(80, 40_000, 'syn', 'ack')),
      )
      expect(at.arrive(into(family, backend, segment(8080, 40_000, 'syn', 'ack'))).packet).toEqual(
        into(family, service, segment(80, 40_000, 'syn', 'ack')),
      )
    })

    test('a backend by its own name, from a port that a connection by the service has: from another port', () => {
      at.service(echo())
      at.leave(out(family, service, segment(40_000, 80, 'syn')))
      const { verdict, packet } = at.leave(out(family, backend, segment(40_000, 8080, 'syn')))
      const port = tcpOf(packet).srcPort
      expect([verdict, port === 40_000]).toEqual(['TO_OTHER_PORT', false])
      expect(at.leave(out(family, backend, segment(40_000, 8080, 'ack'))).packet).toEqual(
        out(family, backend, segment(port, 8080, 'ack')),
      )
      expect(at.arrive(into(family, backend, segment(8080, port, 'ack'))).packet).toEqual(
        into(family, backend, segment(8080, 40_000, 'ack')),
      )
    })
  })

  test('tags and IP options stay', () => {
    at.service({ address: service.v4, port: 80, backends: [{ address: backend.v4, port: 8080 }] })
    const options = Uint8Array.of(1, 1, 1, 0)
    const frame = (dst: string, port: number): Uint8Array =>
      build(
        ethernet({ src: mac.pod, dst: mac.host }),
        vlan({ id: 7 }),
        ipv4({ src: pod.v4, dst, ttl: 64, options: [options] }),
        tcp({ srcPort: 40_000, dstPort: port, flags: ['syn'] }),
      )
    expect(at.leave(frame(service.v4, 80)).packet).toEqual(frame(backend.v4, 8080))
  })

  test('what is neither TCP nor UDP, or cut short, is left as it is', () => {
    at.service({ address: service.v4, port: 80, backends: [{ address: backend.v4, port: 8080 }] })
    const whole = out('v4', service, segment(40_000, 80, 'syn'))
    const sctp = build(...headers('v4', 'out', pod, service, 132), Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))
    for (const packet of [whole.slice(0, 44), sctp])
      expect(at.leave(packet)).toEqual({ verdict: 'PASS_OTHER', action: 'PASS', packet })
  })

  function tcpOf(packet: Uint8Array): { readonly srcPort: number } {
    const found = dissect(packet).layers.find(({ kind }) => kind === 'tcp')
    if (found?.kind !== 'tcp') throw new Error('no TCP')
    return found
  }
})
