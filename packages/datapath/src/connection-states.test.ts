import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Conversation } from '../test/conversation.ts'
import { atEachHook } from '../test/hook.ts'
import { datagram, families, leg, packet } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { NatState } from './lb_xdp.gen.ts'

atEachHook('states of connections', (hook) => {
  const { clientToVip, backendToOwn } = leg
  const { NAT_OPENING, NAT_ESTABLISHED, NAT_CLOSING, NAT_CLOSED, NAT_TIME_WAIT } = NatState

  let at: Stage
  let talk: Conversation
  beforeAll(() => {
    at = stage({ hook, natLines: 4 })
    talk = new Conversation(at)
  })
  beforeEach(() => at.reset())
  afterAll(() => at[Symbol.dispose]())

  describe.each(families)('%s: what packets make of a connection', (family) => {
    test('it is established by the client’s answer to the member’s answer', () => {
      talk.fromClient(family, 'syn')
      expect(talk.state()).toBe(NAT_OPENING)
      talk.fromMember(family, 'syn', 'ack')
      expect(talk.state()).toBe(NAT_OPENING)
      talk.fromClient(family, 'syn')
      expect(talk.state()).toBe(NAT_OPENING)
      talk.fromClient(family, 'ack')
      expect(talk.state()).toBe(NAT_ESTABLISHED)
    })

    test('a client’s ACK without the member’s answer establishes nothing', () => {
      talk.fromClient(family, 'syn')
      talk.fromClient(family, 'ack')
      expect(talk.state()).toBe(NAT_OPENING)
    })

    test.each([
      { first: 'fromClient', second: 'fromMember' } as const,
      { first: 'fromMember', second: 'fromClient' } as const,
    ])('a FIN from one side closes half, the other’s FIN all', ({ first, second }) => {
      talk.handshake(family)
      talk[first](family, 'fin', 'ack')
      expect(talk.state()).toBe(NAT_CLOSING)
      talk[second](family, 'ack')
      expect(talk.state()).toBe(NAT_CLOSING)
      talk[second](family, 'fin', 'ack')
      expect(talk.state()).toBe(NAT_TIME_WAIT)
      expect(talk[first](family, 'ack')).toMatch(/^REDIRECT/)
      expect(talk.state()).toBe(NAT_TIME_WAIT)
    })

    test.each(['fromClient', 'fromMember'] as const)('a RST from either side closes', (side) => {
      talk.handshake(family)
      talk[side](family, 'rst')
      expect(talk.state()).toBe(NAT_CLOSED)
    })

    test.each([
      { side: 'fromClient', other: 'fromMember' } as const,
      { side: 'fromMember', other: 'fromClient' } as const,
    ])('a RST is forgotten when the side that is said to have sent it goes on', ({ side, other }) => {
      talk.handshake(family)
      talk[side](family, 'rst')
      talk[other](family, 'ack')
      expect(talk.state()).toBe(NAT_CLOSED)
      talk[side](family, 'ack')
      expect(talk.state()).toBe(NAT_ESTABLISHED)
      talk[side](family, 'fin', 'ack')
      talk[side](family, 'rst')
      talk[side](family, 'ack')
      expect(talk.state()).toBe(NAT_CLOSING)
    })

    test('a FIN before any answer is an earlier connection’s straggler', () => {
      talk.fromClient(family, 'syn')
      talk.fromMember(family, 'fin', 'ack')
      expect(talk.state()).toBe(NAT_OPENING)
      talk.fromClient(family, 'ack')
      expect(talk.state()).toBe(NAT_ESTABLISHED)
    })

    test('UDP is established by the member’s answer', () => {
      at.run(packet(family, clientToVip, datagram(40000, 80)))
      expect(talk.state()).toBe(NAT_OPENING)
      at.run(packet(family, clientToVip, datagram(40000, 80)))
      expect(talk.state()).toBe(NAT_OPENING)
      at.run(packet(family, backendToOwn, datagram(8080, 40000)), at.net.back)
      expect(talk.state()).toBe(NAT_ESTABLISHED)
    })
  })

  describe.each(families)('%s: in mid-stream without an entry', (family) => {
    test('goes where the ring says, from the client’s port, so that it may live on', () => {
      expect(talk.goesTo(family, 'ack')).toBe('backend')
      expect(at.lb.nat.connection().entry).toMatchObject({ natPort: 40000, state: NAT_OPENING })
      talk.fromMember(family, 'ack')
      talk.fromClient(family, 'ack')
      expect(talk.state()).toBe(NAT_ESTABLISHED)
    })

    test('and the member’s RST reaches the client', () => {
      talk.fromClient(family, 'ack')
      expect(talk.fromMember(family, 'rst')).toBe('REDIRECT_TO_CLIENT')
      expect(talk.state()).toBe(NAT_CLOSED)
    })

    test('a RST opens nothing', () => {
      expect(talk.fromClient(family, 'rst')).toBe('DROP_NO_CONNECTION')
      expect(talk.fromClient(family, 'rst', 'ack')).toBe('DROP_NO_CONNECTION')
      expect(at.lb.nat.connections().size).toBe(0)
    })
  })
})
