import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { build, icmpv4, icmpv6, type Part, vlan } from '@skep/packet'
import { atEachHook } from '../test/hook.ts'
import { backend, client, own, spare, vip } from '../test/lab.ts'
import { datagram, families, type Family, ip, leg, type Leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { MovePhase, ServiceFlag } from './lb_xdp.gen.ts'

const { clientToVip, vipToClient } = leg
const router = { v4: '203.0.113.1', v6: '2001:db8:ffff::1' } as const
const toVip: Leg = { ...clientToVip, source: router }

const errors: Record<Family, readonly [string, Part][]> = {
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

const modes = [
  ['in a tunnel', ServiceFlag.SERVICE_DSR_IPIP],
  ['by the MAC alone', ServiceFlag.SERVICE_DSR_L2],
] as const

atEachHook('ICMP errors about what backends have answered', (hook) =>
  describe.each(modes)('%s', (_, mode) => {
    let at: Stage
    beforeAll(() => void (at = stage({ hook })))
    afterAll(() => at[Symbol.dispose]())

    /** Two backends, so that who gets an error can be told. */
    function serve(flags = 0): void {
      at.lb.clear()
      at.lb.moving.forgetRecords()
      for (const family of families)
        for (const protocol of ['tcp', 'udp'] as const)
          at.lb.addService({
            address: vip[family],
            port: 80,
            protocol,
            members: [backend, spare].map((member) => ({ address: member[family], port: 80 })),
            source: own[family],
            flags: mode | flags,
          })
    }

    const toClient = (family: Family, port: number, transport: typeof segment | typeof datagram): Uint8Array =>
      packet(family, vipToClient, transport(80, port), 'data').slice(14)

    function error(family: Family, header: Part, about: Uint8Array, ttl = 64, tags: readonly Part[] = []): Uint8Array {
      return build(toVip.ethernet, ...tags, ip(family, toVip, ttl), header, about)
    }

    /** Who a packet was counted for. */
    function memberOf(sent: Uint8Array): number {
      const before = [...Array(16).keys()].map((id) => at.lb.memberCounter(id).packets)
      const { verdict } = at.run(sent)
      expect(verdict).toBe('REDIRECT_TO_BACKEND')
      const after = [...Array(16).keys()].map((id) => at.lb.memberCounter(id).packets)
      return after.findIndex((packets, id) => packets !== before[id])
    }

    const ports = [...Array(16).keys()].map((n) => 40000 + n)

    describe.each(families)('%s', (family) => {
      test.each(errors[family])('%s, whole and behind tags, to who answers that client', (__, header) => {
        serve()
        for (const transport of [segment, datagram])
          for (const port of ports) {
            const about = toClient(family, port, transport)
            const owner = memberOf(packet(family, clientToVip, transport(port, 80)))
            expect(memberOf(error(family, header, about))).toBe(owner)
            expect(memberOf(error(family, header, about, 64, [vlan({ id: 7 }), vlan({ id: 9 })]))).toBe(owner)
          }
      })

      test('the error and what it quotes stay as they are', () => {
        serve()
        const about = toClient(family, 40000, segment)
        const sent = at.run(error(family, errors[family][0]![1], about)).packet
        const inside = error(family, errors[family][0]![1], about, 63).slice(14)
        expect(sent.slice(-inside.length)).toEqual(inside)
      })

      test('with affinity, to who has the client', () => {
        serve(ServiceFlag.SERVICE_AFFINITY)
        const owner = memberOf(packet(family, clientToVip, segment(40000, 80, 'syn')))
        for (const port of ports)
          expect(memberOf(error(family, errors[family][0]![1], toClient(family, port, segment)))).toBe(owner)
      })

      test.each([
        ['in the move', MovePhase.PHASE_MOVE],
        ['in the harvest', MovePhase.PHASE_HARVEST],
        ['once it is settled', MovePhase.PHASE_SETTLED],
      ])('of a slot that moves, to who has the connection, and nothing is recorded: %s', (__, phase) => {
        serve()
        const id = family === 'v4' ? 0 : 2
        at.lb.moving.moveAll(id, MovePhase.PHASE_MOVE)
        const before = ports.map((port) => memberOf(packet(family, clientToVip, segment(port, 80, 'ack'))))
        const fresh = ports.map((port) => port + 1000)
        const after = fresh.map((port) => memberOf(packet(family, clientToVip, segment(port, 80, 'syn'))))
        if (phase === MovePhase.PHASE_SETTLED) {
          at.lb.moving.setPhase(id, MovePhase.PHASE_HARVEST)
          for (const port of ports) memberOf(packet(family, clientToVip, segment(port, 80, 'ack')))
        }
        at.lb.moving.setPhase(id, phase)
        const records = [...at.lb.lb.maps.records]
        const [, header] = errors[family][0]!
        expect(ports.map((port) => memberOf(error(family, header, toClient(family, port, segment))))).toEqual(before)
        expect(fresh.map((port) => memberOf(error(family, header, toClient(family, port, segment))))).toEqual(after)
        expect([...at.lb.lb.maps.records]).toEqual(records)
      })
    })

    test('from a client that no packet may come from: nowhere', () => {
      serve()
      const about = packet(
        'v4',
        { ...vipToClient, destination: { ...client, v4: '127.0.0.1' } },
        segment(80, 40000),
      ).slice(14)
      expect(at.run(error('v4', errors.v4[0]![1], about)).verdict).toBe('DROP_MARTIAN')
    })
  }),
)
