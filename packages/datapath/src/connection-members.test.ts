import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Conversation, ids } from '../test/conversation.ts'
import { atEachHook } from '../test/hook.ts'
import { own, spare } from '../test/lab.ts'
import { datagram, families, leg, packet } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { NatState } from './lb_xdp.gen.ts'

atEachHook('members of connections', (hook) => {
  const { backendToOwn } = leg
  const { NAT_OPENING, NAT_ESTABLISHED, NAT_CLOSED } = NatState

  let at: Stage
  let talk: Conversation
  beforeAll(() => {
    at = stage({ hook, natLines: 4 })
    talk = new Conversation(at)
  })
  beforeEach(() => at.reset())
  afterAll(() => at[Symbol.dispose]())

  describe.each(families)('%s: which member a packet goes to', (family) => {
    test('a live connection stays with its member when the ring moves and the member is gone', () => {
      talk.handshake(family)
      talk.moveRing(family, 0)
      expect(talk.goesTo(family, 'ack')).toBe('backend')
      expect(talk.fromMember(family, 'ack')).toBe('REDIRECT_TO_CLIENT')
    })

    test('a SYN on an established connection changes nothing', () => {
      talk.handshake(family)
      talk.moveRing(family)
      expect(talk.goesTo(family, 'syn')).toBe('backend')
      expect(talk.state()).toBe(NAT_ESTABLISHED)
    })

    test('a SYN on an established connection whose member is gone begins a new one', () => {
      talk.handshake(family)
      talk.moveRing(family, 0)
      expect(talk.goesTo(family, 'ack')).toBe('backend')
      expect(talk.goesTo(family, 'syn')).toBe('spare')
      expect(talk.state()).toBe(NAT_OPENING)
      expect(at.lb.nat.replyWords()).toHaveLength(1)
    })

    test('the same when its member’s id is another backend’s now', () => {
      talk.handshake(family)
      const id = ids[family].tcp
      at.lb.setMember(id, { address: spare[family], port: 8080 }, id, at.lb.source(own[family]))
      expect(talk.goesTo(family, 'ack')).toBe('backend')
      expect(talk.goesTo(family, 'syn')).toBe('spare')
    })

    test('a repeated SYN leaves a member that has answered and is gone', () => {
      talk.fromClient(family, 'syn')
      talk.fromMember(family, 'syn', 'ack')
      talk.moveRing(family, 0)
      expect(talk.goesTo(family, 'syn')).toBe('spare')
    })

    test('datagrams that nobody answers leave a member that is gone, however many there are', () => {
      expect(talk.datagramGoesTo(family)).toBe('backend')
      talk.moveRing(family, 0, 'udp')
      talk.ageBy(15)
      expect(talk.datagramGoesTo(family)).toBe('backend')
      talk.ageBy(15)
      expect(talk.datagramGoesTo(family)).toBe('spare')
      expect(at.lb.nat.replyWords()).toHaveLength(1)
    })

    test('datagrams that are answered no more leave it too, but later', () => {
      const answer = (): void => void at.run(packet(family, backendToOwn, datagram(8080, 40000)), at.net.back)
      talk.datagramGoesTo(family)
      answer()
      talk.moveRing(family, 0, 'udp')
      talk.ageBy(45)
      answer()
      for (let i = 0; i < 3; i++) {
        talk.ageBy(15)
        expect(talk.datagramGoesTo(family)).toBe('backend')
      }
      talk.ageBy(20)
      expect(talk.datagramGoesTo(family)).toBe('spare')
    })

    test('a TCP client’s packets keep what its member has answered', () => {
      talk.handshake(family)
      talk.moveRing(family, 0)
      for (let i = 0; i < 3; i++) {
        talk.ageBy(4 * 3600)
        expect(talk.goesTo(family, 'ack')).toBe('backend')
      }
    })

    test('a repeated SYN stays with a member that has answered', () => {
      talk.fromClient(family, 'syn')
      talk.fromMember(family, 'syn', 'ack')
      talk.moveRing(family)
      expect(talk.goesTo(family, 'syn')).toBe('backend')
    })

    test('a repeated SYN leaves a member that has not answered and that the ring has left', () => {
      talk.fromClient(family, 'syn')
      expect(talk.goesTo(family, 'syn')).toBe('backend')
      talk.moveRing(family)
      expect(talk.goesTo(family, 'syn')).toBe('spare')
      expect(at.lb.nat.replyWords()).toHaveLength(1)
    })

    test.each(['closing', 'closed'])(
      'a new SYN on a %s connection begins a new one, where the ring says now',
      (how) => {
        talk.handshake(family)
        talk.fromMember(family, 'fin', 'ack')
        if (how === 'closed') talk.fromClient(family, 'fin', 'ack')
        talk.moveRing(family)
        expect(talk.goesTo(family, 'ack')).toBe('backend')
        expect(talk.goesTo(family, 'syn')).toBe('spare')
        expect(talk.state()).toBe(NAT_OPENING)
        expect(at.lb.nat.replyWords()).toHaveLength(1)
        expect(talk.fromMember(family, 'ack')).toBe('PASS_NO_CONNECTION')
      },
    )

    test('a connection whose member refused is tried again where the ring says', () => {
      talk.fromClient(family, 'syn')
      talk.fromMember(family, 'rst', 'ack')
      expect(talk.state()).toBe(NAT_CLOSED)
      talk.moveRing(family)
      expect(talk.goesTo(family, 'syn')).toBe('spare')
    })
  })
})
