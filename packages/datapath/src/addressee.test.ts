import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ethernet, icmpv4, icmpv6 } from '@skep/packet'
import { atEachHook } from '../test/hook.ts'
import { mac } from '../test/lab.ts'
import { hear, hearAnything } from '../test/own-addresses.ts'
import { datagram, families, type Family, leg, packet, segment } from '../test/packets.ts'
import { inPieces } from '../test/pieces.ts'
import { type Stage, stage } from '../test/stage.ts'

const { clientToVip } = leg
const syn = segment(40000, 80, 'syn')
const ping = { v4: icmpv4({ type: 8, id: 7, sequence: 1 }), v6: icmpv6({ type: 128, id: 7, sequence: 1 }) } as const
const other = '02:00:00:00:77:02'
const router = '00:00:5e:00:01:02'

/** Frames that a switch floods reach each load balancer on it. */
atEachHook('a frame’s addressee', (hook) => {
  let at: Stage
  beforeAll(() => {
    at = stage({ hook })
  })
  afterAll(() => at[Symbol.dispose]())
  beforeEach(() => {
    at.reset()
    hearAnything(at.lb.lb)
    at.lb.beat(1)
  })

  describe.each(families)('%s', (family) => {
    const to = (dst: string) => ({ ...clientToVip, ethernet: ethernet({ src: mac.client, dst }) })
    const verdictTo = (dst: string, part: typeof syn | (typeof ping)[Family] = syn): string =>
      at.run(packet(family, to(dst), part)).verdict

    test('as long as nothing is known of the device, each frame is for this host', () => {
      hear(at.lb.lb, at.net.back, [mac.back])
      expect([mac.front, other].map((dst) => verdictTo(dst))).toEqual(['REDIRECT_TO_BACKEND', 'REDIRECT_TO_BACKEND'])
    })

    test('then only those for its own addresses and those of devices above are; others stay as they are', () => {
      hear(at.lb.lb, at.net.front, [mac.front, router])
      expect([mac.front, router].map((dst) => verdictTo(dst))).toEqual(['REDIRECT_TO_BACKEND', 'REDIRECT_TO_BACKEND'])
      const frame = packet(family, to(other), syn)
      expect(at.run(frame)).toEqual({ action: 'PASS', verdict: 'PASS_OTHER_HOST', packet: frame })
      expect(verdictTo('ff:ff:ff:ff:ff:ff')).toBe('PASS_GROUP')
    })

    test('another device’s address is not this one’s', () => {
      hear(at.lb.lb, at.net.front, [mac.front])
      hear(at.lb.lb, at.net.back, [mac.back])
      expect(verdictTo(mac.back)).toBe('PASS_OTHER_HOST')
    })

    test('pings and fragments, too, are for one', () => {
      hear(at.lb.lb, at.net.front, [mac.front])
      expect([mac.front, other].map((dst) => verdictTo(dst, ping[family]))).toEqual(['REPLY_PING', 'PASS_OTHER_HOST'])
      const pieces = (dst: string) => inPieces(family, to(dst), datagram(40000, 80))
      const run = (piece: number, dst: string) => at.run(pieces(dst)[piece]!).verdict
      expect([run(0, mac.front), run(1, other)]).toEqual(['REDIRECT_TO_BACKEND', 'PASS_OTHER_HOST'])
      expect(run(1, mac.front)).toBe('REDIRECT_TO_BACKEND')
    })

    test('many with the same last byte find room', () => {
      const many = Array.from({ length: 6 }, (_, i) => `02:00:00:00:0${i}:02`)
      hear(at.lb.lb, at.net.front, many)
      expect(many.map((dst) => verdictTo(dst))).toEqual(many.map(() => 'REDIRECT_TO_BACKEND'))
      expect(verdictTo(other)).toBe('PASS_OTHER_HOST')
    })

    test('who has no control plane takes all: the addresses may be others by now', () => {
      hear(at.lb.lb, at.net.front, [mac.front])
      at.lb.lb.maps.pulse.set(0, { heartbeat: 0n, generation: 1, switches: 0 })
      expect(verdictTo(other)).toBe('REDIRECT_TO_BACKEND')
    })
  })
})
