import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, ethernet, fragment, ipv4, ipv6 } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import {
  backend,
  datagram,
  families,
  type Family,
  headers,
  loopback,
  mac,
  type Place,
  pod,
  service,
  type Way,
} from '../test/packets.ts'
import { Stage } from '../test/stage.ts'

const payload = Uint8Array.from({ length: 1200 }, (_, i) => i)
const CUTS = [0, 512, 1024]
const UDP = 17

/** A datagram in three fragments. */
function inPieces(family: Family, way: Way, src: Place, dst: Place, ports: readonly [number, number], id = 7) {
  const bytes = build(...headers(family, way, src, dst), datagram(...ports), payload).slice(family === 'v4' ? 34 : 54)
  const macs = way === 'out' ? { src: mac.pod, dst: mac.host } : { src: mac.host, dst: mac.pod }
  const ends = { src: src[family], dst: dst[family] }
  return CUTS.map((at, i) => {
    const last = CUTS[i + 1] ?? bytes.length
    const fields = { fragmentOffset: at, moreFragments: last < bytes.length }
    const ip =
      family === 'v4'
        ? [ipv4({ ...ends, ttl: 64, protocol: UDP, id, ...fields })]
        : [ipv6({ ...ends, hopLimit: 64 }), fragment({ nextHeader: UDP, id, ...fields })]
    return build(ethernet(macs), ...ip, bytes.slice(at, last))
  })
}

needing(needs.root, needs.bpf).describe('fragments of pods’ datagrams', () => {
  let at: Stage
  beforeAll(() => void (at = new Stage()))
  afterAll(() => at[Symbol.dispose]())
  beforeEach(() => at.clear())

  describe.each(families)('%s', (family) => {
    const echo = (to: Place) =>
      ({
        address: service[family],
        port: 80,
        protocol: 'udp',
        backends: [{ address: to[family], port: 8080 }],
      }) as const

    test('go to the backend, and come back from the service', () => {
      at.service(echo(backend))
      const asked = inPieces(family, 'out', pod, service, [40_000, 80]).map((piece) => at.leave(piece))
      expect(asked.map(({ verdict }) => verdict)).toEqual(['TO_BACKEND', 'TO_BACKEND', 'TO_BACKEND'])
      expect(asked.map(({ packet }) => packet)).toEqual(inPieces(family, 'out', pod, backend, [40_000, 8080]))
      const answered = inPieces(family, 'in', backend, pod, [8080, 40_000]).map((piece) => at.arrive(piece).packet)
      expect(answered).toEqual(inPieces(family, 'in', service, pod, [80, 40_000]))
    })

    test('come back to who reaches itself', () => {
      at.service(echo(pod))
      const asked = inPieces(family, 'out', pod, service, [40_000, 80]).map((piece) => at.leave(piece))
      expect(asked.map(({ action }) => action)).toEqual(['BACK', 'BACK', 'BACK'])
      expect(asked.map(({ packet }) => packet)).toEqual(inPieces(family, 'in', loopback, pod, [40_000, 8080]))
    })

    test('whose first one has not come by are left as they are', () => {
      at.service(echo(backend))
      const [, later] = inPieces(family, 'out', pod, service, [40_000, 80], 8)
      expect(at.leave(later!)).toEqual({ verdict: 'PASS_FOREIGN', action: 'PASS', packet: later })
    })
  })
})
