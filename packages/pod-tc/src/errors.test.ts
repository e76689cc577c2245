import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, fragment, icmpv4, icmpv6, type Part } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import {
  backend,
  datagram,
  families,
  type Family,
  headers,
  loopback,
  out,
  type Place,
  pod,
  router,
  segment,
  service,
  type Way,
} from '../test/packets.ts'
import { Stage } from '../test/stage.ts'

const NETWORK = 14

needing(needs.root, needs.bpf).describe('ICMP errors about pods’ packets', () => {
  let at: Stage
  beforeAll(() => void (at = new Stage()))
  afterAll(() => at[Symbol.dispose]())
  beforeEach(() => at.clear())

  const kinds: Readonly<Record<Family, readonly (readonly [string, Part])[]>> = {
    v4: [
      ['fragmentation needed', icmpv4({ type: 3, code: 4, mtu: 1400 })],
      ['port unreachable', icmpv4({ type: 3, code: 3 })],
      ['time exceeded', icmpv4({ type: 11, code: 0 })],
    ],
    v6: [
      ['packet too big', icmpv6({ type: 2, code: 0, mtu: 1400 })],
      ['port unreachable', icmpv6({ type: 1, code: 4 })],
      ['time exceeded', icmpv6({ type: 3, code: 0 })],
    ],
  }

  /** An error that quotes a packet from one place to another. */
  function error(family: Family, way: Way, [from, to]: Ends, header: Part, [src, dst]: Ends, ...rest: readonly Part[]) {
    const quote = build(...headers(family, way === 'in' ? 'out' : 'in', src, dst), ...rest).slice(NETWORK)
    return build(...headers(family, way, from, to), header, quote)
  }
  type Ends = readonly [Place, Place]

  describe.each(families)('%s', (family) => {
    const parts = [
      ['tcp', (from: number, to: number) => segment(from, to, 'ack')],
      ['udp', datagram],
    ] as const

    function open(to: Place = backend): void {
      const backends = [{ address: to[family], port: 8080 }]
      for (const protocol of ['tcp', 'udp'] as const)
        at.service({ address: service[family], port: 80, protocol, backends })
      for (const part of [segment(40_000, 80, 'syn'), datagram(40_000, 80)]) at.leave(out(family, service, part))
    }

    test.each(kinds[family])('%s, about what a pod sent: it hears of the service, not of its backend', (_, header) => {
      open()
      for (const [, part] of parts)
        expect(
          at.arrive(error(family, 'in', [router, pod], header, [pod, backend], part(40_000, 8080), 'data')),
        ).toMatchObject({
          verdict: 'FROM_SERVICE',
          packet: error(family, 'in', [service, pod], header, [pod, service], part(40_000, 80), 'data'),
        })
    })

    test.each(kinds[family])('%s, about what a pod was answered: its backend hears of what it sent', (_, header) => {
      open()
      for (const [, part] of parts)
        expect(
          at.leave(error(family, 'out', [pod, service], header, [service, pod], part(80, 40_000), 'data')),
        ).toMatchObject({
          verdict: 'TO_BACKEND',
          packet: error(family, 'out', [pod, backend], header, [backend, pod], part(8080, 40_000), 'data'),
        })
    })

    test('about what a pod sent to itself', () => {
      open(pod)
      const [, header] = kinds[family][1]!
      const asked = error(family, 'out', [pod, loopback], header, [loopback, pod], datagram(40_000, 8080), 'data')
      const told = error(family, 'in', [service, pod], header, [pod, service], datagram(40_000, 80), 'data')
      expect(at.leave(asked)).toEqual({ verdict: 'TO_ITSELF', action: 'BACK', packet: told })
    })

    if (family === 'v6')
      test('packet too big, about the first fragment of a datagram: not about a later one', () => {
        open()
        const [, header] = kinds.v6[0]!
        const quoting = (to: Place, offset: number, ...rest: readonly Part[]): Uint8Array => {
          const cut = fragment({ nextHeader: 17, id: 7, fragmentOffset: offset, moreFragments: true })
          return error('v6', 'in', [to, pod], header, [pod, to], cut, ...rest)
        }
        expect(at.arrive(quoting(backend, 0, datagram(40_000, 8080), 'data'))).toMatchObject({
          verdict: 'FROM_SERVICE',
          packet: quoting(service, 0, datagram(40_000, 80), 'data'),
        })
        const later = quoting(backend, 512, 'neither ports nor anything')
        expect(at.arrive(later)).toEqual({ verdict: 'PASS_OTHER', action: 'PASS', packet: later })
      })

    test('about what nobody knows: as it is', () => {
      open()
      const [, header] = kinds[family][0]!
      const packet = error(family, 'in', [router, pod], header, [pod, backend], datagram(40_001, 8080))
      expect(at.arrive(packet)).toEqual({ verdict: 'PASS_ARRIVAL', action: 'PASS', packet })
      const sent = error(family, 'out', [pod, service], header, [service, pod], datagram(80, 40_001))
      expect(at.leave(sent)).toEqual({ verdict: 'PASS_OTHER', action: 'PASS', packet: sent })
    })
  })
})
