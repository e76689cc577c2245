import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build } from '@skep/packet'
import { atEachHook } from '../test/hook.ts'
import { backend, own, vip } from '../test/lab.ts'
import { families, ip, leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'

atEachHook('refusals', (hook) => {
  const { clientToVip, backendToOwn } = leg

  let at: Stage
  beforeAll(() => void (at = stage({ hook })))
  beforeEach(() => at.reset())
  afterAll(() => at[Symbol.dispose]())

  describe.each(families)('%s: dropped as it is, and nothing opened', (family) => {
    const id = family === 'v4' ? 0 : 2
    const maps = (): Stage['lb']['lb']['maps'] => at.lb.lb.maps
    const service = (): NonNullable<ReturnType<ReturnType<typeof maps>['services']['get']>> => maps().services.get(id)!
    const endpoint = { address: backend[family], port: 8080 }

    test.each([
      {
        what: 'a service id beyond the table',
        verdict: 'DROP_NO_SERVICE',
        prepare: () => {
          at.lb.removeService(id)
          at.lb.writeKey({ address: clientToVip.destination[family], port: 80, protocol: 6 }, 64)
        },
      },
      {
        what: 'a service without a ring',
        verdict: 'DROP_NO_BACKEND',
        prepare: () => maps().services.set(id, { ...service(), ring: 0 }),
      },
      {
        what: 'a ring that is too small',
        verdict: 'DROP_NO_BACKEND',
        prepare: () => maps().services.set(id, { ...service(), ring: service().ring - 1 }),
      },
      {
        what: 'a ring beyond the table',
        verdict: 'DROP_NO_BACKEND',
        prepare: () => maps().services.set(id, { ...service(), ring: (1_000_000 << 5) | 7 }),
      },
      {
        what: 'empty slots',
        verdict: 'DROP_NO_BACKEND',
        prepare: () => at.lb.writeRing(id, 1, 0xffff),
      },
      {
        what: 'a member number beyond the table',
        verdict: 'DROP_NO_MEMBER',
        prepare: () => at.lb.writeRing(id, 1, 0xfffe),
      },
      {
        what: 'a member id beyond the table',
        verdict: 'DROP_NO_MEMBER',
        prepare: () => maps().memberIds.set(id, { ids: Array<number>(16).fill(1_000_000) }),
      },
      {
        what: 'a member that is not used',
        verdict: 'DROP_NO_MEMBER',
        prepare: () => at.lb.setMember(id, endpoint, id, at.lb.source(own[family]), 0),
      },
      {
        what: 'a member of the other family',
        verdict: 'DROP_NO_MEMBER',
        prepare: () => at.lb.setMember(id, { address: backend[family === 'v4' ? 'v6' : 'v4'], port: 8080 }, id, 0),
      },
      {
        what: 'a source beyond the table',
        verdict: 'DROP_NO_SOURCE',
        prepare: () => at.lb.setMember(id, endpoint, id, 1000),
      },
      {
        what: 'a source that is empty',
        verdict: 'DROP_NO_SOURCE',
        prepare: () => at.lb.setMember(id, endpoint, id, 7),
      },
    ])('$what', ({ verdict, prepare }) => {
      prepare()
      const sent = packet(family, clientToVip, segment(40000, 80, 'syn'))
      expect(at.run(sent)).toEqual({ action: 'DROP', verdict, packet: sent })
      expect(at.lb.nat.connections().size).toBe(0)
    })

    const noSingleHost = {
      v4: ['0.0.0.0', '0.1.2.3', '127.0.0.1', '224.0.0.5', '239.255.255.255', '255.255.255.255', vip.v4],
      v6: ['::', '::1', 'ff02::1', vip.v6],
    } as const
    test.each(noSingleHost[family])('a packet from %s', (source) => {
      const sent = packet(family, { ...clientToVip, source: { v4: source, v6: source } }, segment(40000, 80, 'syn'))
      expect(at.run(sent)).toEqual({ action: 'DROP', verdict: 'DROP_MARTIAN', packet: sent })
      expect(at.lb.nat.connections().size).toBe(0)
    })

    const neighbours = {
      v4: ['1.0.0.1', '126.0.0.1', '128.0.0.1', '223.255.255.254', '240.0.0.1'],
      v6: ['::2', 'fe80::1', '::1:0:0:1'],
    }
    test.each(neighbours[family])('but not one from %s', (source) => {
      const sent = packet(family, { ...clientToVip, source: { v4: source, v6: source } }, segment(40000, 80, 'syn'))
      expect(at.run(sent).verdict).toBe('REDIRECT_TO_BACKEND')
    })

    test.each([0, 1])('a TTL of %d, from a client', (ttl) => {
      const sent = build(clientToVip.ethernet, ip(family, clientToVip, ttl), segment(40000, 80, 'syn'))
      expect(at.run(sent)).toEqual({ action: 'DROP', verdict: 'DROP_TTL', packet: sent })
      expect(at.lb.nat.connections().size).toBe(0)
    })

    test.each([0, 1])('a TTL of %d, from a backend', (ttl) => {
      at.run(packet(family, clientToVip, segment(40000, 80, 'syn')))
      const sent = build(backendToOwn.ethernet, ip(family, backendToOwn, ttl), segment(8080, 40000, 'syn', 'ack'))
      expect(at.run(sent, at.net.back)).toEqual({ action: 'DROP', verdict: 'DROP_TTL', packet: sent })
    })

    test('a TTL of 1 to the stack of this host: passes', () => {
      const sent = build(backendToOwn.ethernet, ip(family, backendToOwn, 1), segment(8080, 22, 'syn'))
      expect(at.run(sent, at.net.back)).toEqual({ action: 'PASS', verdict: 'PASS_FOREIGN', packet: sent })
    })
  })
})
