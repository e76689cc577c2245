import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { IpProtocol } from '@skep/packet'
import { Conversation } from '../test/conversation.ts'
import { atEachHook } from '../test/hook.ts'
import { datagram, leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { NatState } from './lb_xdp.gen.ts'

atEachHook('connections in time', (hook) => {
  const { clientToVip, backendToOwn } = leg
  const { NAT_OPENING, NAT_CLOSED } = NatState

  let at: Stage
  let talk: Conversation
  beforeAll(() => {
    at = stage({ hook, natLines: 4 })
    talk = new Conversation(at)
  })
  beforeEach(() => at.reset())
  afterAll(() => at[Symbol.dispose]())

  const reach: Record<string, { seconds: number; go: () => void }> = {
    opening: { seconds: 20, go: () => void talk.fromClient('v4', 'syn') },
    established: { seconds: 6 * 3600, go: () => talk.handshake('v4') },
    closing: { seconds: 120, go: () => (talk.handshake('v4'), void talk.fromClient('v4', 'fin', 'ack')) },
    closed: { seconds: 10, go: () => (talk.handshake('v4'), void talk.fromMember('v4', 'rst')) },
    'closed in order': {
      seconds: 60,
      go: () => (talk.handshake('v4'), talk.fromMember('v4', 'fin', 'ack'), void talk.fromClient('v4', 'fin', 'ack')),
    },
    'unanswered UDP': { seconds: 20, go: () => void udp() },
    'answered UDP': { seconds: 60, go: () => (udp(), void answer()) },
  }
  const udp = (): string => at.run(packet('v4', clientToVip, datagram(40000, 80))).verdict
  const answer = (): string => at.run(packet('v4', backendToOwn, datagram(8080, 40000)), at.net.back).verdict
  const reply = (): string =>
    at.lb.nat.connection().entry.protocol === IpProtocol.udp ? answer() : talk.fromMember('v4', 'ack')
  const RANGE = 2 ** 32

  test.each(Object.entries(reach))('%s: idle for its timeout, a connection is gone', (_, { seconds, go }) => {
    go()
    talk.ageBy(seconds + 1)
    expect(reply()).toBe('PASS_NO_CONNECTION')
  })

  test.each(Object.entries(reach))('%s: idle for less, it is there', (_, { seconds, go }) => {
    go()
    talk.ageBy(seconds / 2)
    expect(reply()).toBe('REDIRECT_TO_CLIENT')
  })

  test('the client’s next packet takes the gone connection’s entry', () => {
    talk.handshake('v4')
    const { index } = at.lb.nat.connection()
    talk.ageBy(6 * 3600 + 1)
    expect(talk.fromClient('v4', 'ack')).toBe('REDIRECT_TO_BACKEND')
    expect(at.lb.nat.connection()).toMatchObject({ index, entry: { state: NAT_OPENING } })
    expect(at.lb.nat.replyWords()).toHaveLength(1)
  })

  test('last_seen is written when a second has passed, and only then', () => {
    const second = 4_000_000
    using slow = stage({
      hook,
      config: { jiffiesPerSecond: second, timeoutOpening: 20 * second, timeoutEstablished: 20 * second },
    })
    slow.run(packet('v4', clientToVip, segment(40000, 80, 'syn')))
    slow.run(packet('v4', backendToOwn, segment(8080, 40000, 'syn', 'ack')), slow.net.back)
    const send = (): number => {
      slow.run(packet('v4', clientToVip, segment(40000, 80, 'ack')))
      return slow.lb.nat.connection().entry.lastSeen
    }
    const opened = send()
    const { index } = slow.lb.nat.connection()
    slow.lb.nat.age(index, 1000)
    expect(send()).toBe(opened - 1000)
    slow.lb.nat.age(index, second)
    expect(send()).toBeGreaterThanOrEqual(opened)
  })

  test('what changes a connection’s state begins the new state’s time', () => {
    talk.fromClient('v4', 'syn')
    talk.ageBy(15)
    talk.fromClient('v4', 'rst')
    expect(talk.state()).toBe(NAT_CLOSED)
    talk.ageBy(5)
    expect(talk.fromMember('v4', 'ack')).toBe('REDIRECT_TO_CLIENT')
  })

  test.each([RANGE - 70_000, RANGE + 10, 3 * RANGE + 10])('a connection that is %d jiffies old is gone', (age) => {
    talk.handshake('v4')
    at.lb.nat.age(at.lb.nat.connection().index, age)
    expect(talk.fromMember('v4', 'ack')).toBe('PASS_NO_CONNECTION')
  })

  test('a last_seen that another CPU has written a tick ahead is young', () => {
    talk.handshake('v4')
    at.lb.nat.age(at.lb.nat.connection().index, -2)
    expect(talk.fromMember('v4', 'ack')).toBe('REDIRECT_TO_CLIENT')
  })
})
