import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Conversation, ids } from '../test/conversation.ts'
import { atEachHook } from '../test/hook.ts'
import { backend, own, vip } from '../test/lab.ts'
import { datagram, families, leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { NatState } from './lb_xdp.gen.ts'

atEachHook('connections and their services', (hook) => {
  const { clientToVip } = leg
  const { NAT_OPENING } = NatState

  let at: Stage
  let talk: Conversation
  beforeAll(() => {
    at = stage({ hook, natLines: 4 })
    talk = new Conversation(at)
  })
  beforeEach(() => at.reset())
  afterAll(() => at[Symbol.dispose]())

  describe.each(families)('%s: services that go', (family) => {
    const { tcp } = ids[family]
    const given = (generation: number): void => {
      at.lb.lb.maps.services.set(tcp, { ...at.lb.lb.maps.services.get(tcp)!, generation })
    }

    test('a removed service’s packets pass; its replies still find their client', () => {
      talk.handshake(family)
      at.lb.removeService(tcp)
      expect(talk.fromClient(family, 'ack')).toBe('PASS_FOREIGN')
      expect(talk.fromMember(family, 'ack')).toBe('REDIRECT_TO_CLIENT')
    })

    test('a freed service has no address that a reply could carry: dropped', () => {
      talk.handshake(family)
      at.lb.removeService(tcp)
      at.lb.lb.maps.services.set(tcp, {
        ...at.lb.lb.maps.services.get(tcp)!,
        address: [0, 0, 0, 0],
        port: 0,
        family: 0,
      })
      expect(talk.fromMember(family, 'ack')).toBe('DROP_SERVICE_GONE')
    })

    test('an id given to another frontend takes no connections along', () => {
      talk.handshake(family)
      given(1)
      expect(talk.fromMember(family, 'ack')).toBe('DROP_SERVICE_GONE')
      expect(talk.fromClient(family, 'syn')).toBe('REDIRECT_TO_BACKEND')
      expect(at.lb.nat.connection().entry).toMatchObject({ generation: 1, state: NAT_OPENING })
      expect(talk.fromMember(family, 'syn', 'ack')).toBe('REDIRECT_TO_CLIENT')
    })
  })

  test('connections of different clients, ports, protocols and services are different', () => {
    at.lb.addService({
      address: '192.0.2.11',
      port: 80,
      members: [{ address: backend.v4, port: 8080 }],
      source: own.v4,
    })
    at.run(packet('v4', clientToVip, segment(40000, 80, 'syn')))
    at.run(packet('v4', clientToVip, segment(40001, 80, 'syn')))
    at.run(packet('v4', clientToVip, datagram(40000, 80)))
    at.run(packet('v4', { ...clientToVip, source: { v4: '10.0.0.10', v6: '::' } }, segment(40000, 80, 'syn')))
    at.run(packet('v4', { ...clientToVip, destination: { v4: '192.0.2.11', v6: vip.v6 } }, segment(40000, 80, 'syn')))
    const ports = [...at.lb.nat.connections().values()].map(({ protocol, natPort }) => `${protocol}/${natPort}`)
    expect(new Set(ports).size).toBe(5)
  })
})
