import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Part, TcpFlag } from '@skep/packet'
import { IpProtocol } from '@skep/packet'
import { atEachHook } from '../test/hook.ts'
import { backend, own, spare, vip } from '../test/lab.ts'
import { datagram, families, type Family, leg, packet, segment, sent } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { NatState } from './lb_xdp.gen.ts'

atEachHook('connections', (hook) => {
  const { clientToVip, ownToBackend, backendToOwn } = leg
  const { NAT_OPENING, NAT_ESTABLISHED, NAT_CLOSING, NAT_CLOSED, NAT_TIME_WAIT } = NatState
  const ids = { v4: { tcp: 0, udp: 1 }, v6: { tcp: 2, udp: 3 } } as const

  let at: Stage
  beforeAll(() => void (at = stage({ hook, natLines: 4 })))
  beforeEach(() => at.reset())
  afterAll(() => at[Symbol.dispose]())

  function fromClient(family: Family, ...flags: TcpFlag[]): string {
    return at.run(packet(family, clientToVip, segment(40000, 80, ...flags))).verdict
  }

  function fromMember(family: Family, ...flags: TcpFlag[]): string {
    return at.run(packet(family, backendToOwn, segment(8080, 40000, ...flags)), at.net.back).verdict
  }

  function handshake(family: Family): void {
    expect(fromClient(family, 'syn')).toBe('REDIRECT_TO_BACKEND')
    expect(fromMember(family, 'syn', 'ack')).toBe('REDIRECT_TO_CLIENT')
    expect(fromClient(family, 'ack')).toBe('REDIRECT_TO_BACKEND')
    expect(state()).toBe(NAT_ESTABLISHED)
  }

  function state(): number {
    return at.lb.nat.connection().entry.state
  }

  /** Where the client's next packet of this kind goes. */
  function goesTo(family: Family, ...flags: TcpFlag[]): string {
    return wayOf(family, (from, to) => segment(from, to, ...flags))
  }

  function datagramGoesTo(family: Family): string {
    return wayOf(family, datagram)
  }

  function wayOf(family: Family, header: (from: number, to: number) => Part): string {
    const { packet: found } = at.run(packet(family, clientToVip, header(40000, 80)))
    const natPort = at.lb.nat.connection().entry.natPort
    for (const [name, destination] of Object.entries({ backend, spare })) {
      const expected = sent(family, { ...ownToBackend, destination }, header(natPort, 8080))
      if (Buffer.compare(expected, found) === 0) return name
    }
    throw new Error('it goes to neither backend')
  }

  /** The ring gives all new connections to the spare backend; the first one may be taken out altogether. */
  function moveRing(family: Family, used = 1, protocol: 'tcp' | 'udp' = 'tcp'): void {
    const id = ids[family][protocol]
    at.lb.setMember(10, { address: spare[family], port: 8080 }, id, at.lb.source(own[family]))
    at.lb.setMember(id, { address: backend[family], port: 8080 }, id, at.lb.source(own[family]), used)
    const members = at.lb.lb.maps.memberIds.get(id)!.ids
    at.lb.lb.maps.memberIds.set(id, { ids: members.map((member, i) => (i === 1 ? 10 : member)) })
    at.lb.writeRing(id, 2, 1)
  }

  function ageBy(seconds: number): void {
    at.lb.nat.age(at.lb.nat.connection().index, seconds * at.lb.config.jiffiesPerSecond)
  }

  describe.each(families)('%s: what packets make of a connection', (family) => {
    test('it is established by the client’s answer to the member’s answer', () => {
      fromClient(family, 'syn')
      expect(state()).toBe(NAT_OPENING)
      fromMember(family, 'syn', 'ack')
      expect(state()).toBe(NAT_OPENING)
      fromClient(family, 'syn')
      expect(state()).toBe(NAT_OPENING)
      fromClient(family, 'ack')
      expect(state()).toBe(NAT_ESTABLISHED)
    })

    test('a client’s ACK without the member’s answer establishes nothing', () => {
      fromClient(family, 'syn')
      fromClient(family, 'ack')
      expect(state()).toBe(NAT_OPENING)
    })

    test.each([
      { first: fromClient, second: fromMember },
      { first: fromMember, second: fromClient },
    ])('a FIN from one side closes half, the other’s FIN all', ({ first, second }) => {
      handshake(family)
      first(family, 'fin', 'ack')
      expect(state()).toBe(NAT_CLOSING)
      second(family, 'ack')
      expect(state()).toBe(NAT_CLOSING)
      second(family, 'fin', 'ack')
      expect(state()).toBe(NAT_TIME_WAIT)
      expect(first(family, 'ack')).toMatch(/^REDIRECT/)
      expect(state()).toBe(NAT_TIME_WAIT)
    })

    test.each([{ side: fromClient }, { side: fromMember }])('a RST from either side closes', ({ side }) => {
      handshake(family)
      side(family, 'rst')
      expect(state()).toBe(NAT_CLOSED)
    })

    test.each([
      { side: fromClient, other: fromMember },
      { side: fromMember, other: fromClient },
    ])('a RST is forgotten when the side that is said to have sent it goes on', ({ side, other }) => {
      handshake(family)
      side(family, 'rst')
      other(family, 'ack')
      expect(state()).toBe(NAT_CLOSED)
      side(family, 'ack')
      expect(state()).toBe(NAT_ESTABLISHED)
      side(family, 'fin', 'ack')
      side(family, 'rst')
      side(family, 'ack')
      expect(state()).toBe(NAT_CLOSING)
    })

    test('a FIN before any answer is an earlier connection’s straggler', () => {
      fromClient(family, 'syn')
      fromMember(family, 'fin', 'ack')
      expect(state()).toBe(NAT_OPENING)
      fromClient(family, 'ack')
      expect(state()).toBe(NAT_ESTABLISHED)
    })

    test('UDP is established by the member’s answer', () => {
      at.run(packet(family, clientToVip, datagram(40000, 80)))
      expect(state()).toBe(NAT_OPENING)
      at.run(packet(family, clientToVip, datagram(40000, 80)))
      expect(state()).toBe(NAT_OPENING)
      at.run(packet(family, backendToOwn, datagram(8080, 40000)), at.net.back)
      expect(state()).toBe(NAT_ESTABLISHED)
    })
  })

  describe.each(families)('%s: which member a packet goes to', (family) => {
    test('a live connection stays with its member when the ring moves and the member is gone', () => {
      handshake(family)
      moveRing(family, 0)
      expect(goesTo(family, 'ack')).toBe('backend')
      expect(fromMember(family, 'ack')).toBe('REDIRECT_TO_CLIENT')
    })

    test('a SYN on an established connection changes nothing', () => {
      handshake(family)
      moveRing(family)
      expect(goesTo(family, 'syn')).toBe('backend')
      expect(state()).toBe(NAT_ESTABLISHED)
    })

    test('a SYN on an established connection whose member is gone begins a new one', () => {
      handshake(family)
      moveRing(family, 0)
      expect(goesTo(family, 'ack')).toBe('backend')
      expect(goesTo(family, 'syn')).toBe('spare')
      expect(state()).toBe(NAT_OPENING)
      expect(at.lb.nat.replyWords()).toHaveLength(1)
    })

    test('the same when its member’s id is another backend’s now', () => {
      handshake(family)
      const id = ids[family].tcp
      at.lb.setMember(id, { address: spare[family], port: 8080 }, id, at.lb.source(own[family]))
      expect(goesTo(family, 'ack')).toBe('backend')
      expect(goesTo(family, 'syn')).toBe('spare')
    })

    test('a repeated SYN leaves a member that has answered and is gone', () => {
      fromClient(family, 'syn')
      fromMember(family, 'syn', 'ack')
      moveRing(family, 0)
      expect(goesTo(family, 'syn')).toBe('spare')
    })

    test('datagrams that nobody answers leave a member that is gone, however many there are', () => {
      expect(datagramGoesTo(family)).toBe('backend')
      moveRing(family, 0, 'udp')
      ageBy(15)
      expect(datagramGoesTo(family)).toBe('backend')
      ageBy(15)
      expect(datagramGoesTo(family)).toBe('spare')
      expect(at.lb.nat.replyWords()).toHaveLength(1)
    })

    test('datagrams that are answered no more leave it too, but later', () => {
      const answer = (): void => void at.run(packet(family, backendToOwn, datagram(8080, 40000)), at.net.back)
      datagramGoesTo(family)
      answer()
      moveRing(family, 0, 'udp')
      ageBy(45)
      answer()
      for (let i = 0; i < 3; i++) {
        ageBy(15)
        expect(datagramGoesTo(family)).toBe('backend')
      }
      ageBy(20)
      expect(datagramGoesTo(family)).toBe('spare')
    })

    test('a TCP client’s packets keep what its member has answered', () => {
      handshake(family)
      moveRing(family, 0)
      for (let i = 0; i < 3; i++) {
        ageBy(4 * 3600)
        expect(goesTo(family, 'ack')).toBe('backend')
      }
    })

    test('a repeated SYN stays with a member that has answered', () => {
      fromClient(family, 'syn')
      fromMember(family, 'syn', 'ack')
      moveRing(family)
      expect(goesTo(family, 'syn')).toBe('backend')
    })

    test('a repeated SYN leaves a member that has not answered and that the ring has left', () => {
      fromClient(family, 'syn')
      expect(goesTo(family, 'syn')).toBe('backend')
      moveRing(family)
      expect(goesTo(family, 'syn')).toBe('spare')
      expect(at.lb.nat.replyWords()).toHaveLength(1)
    })

    test.each(['closing', 'closed'])(
      'a new SYN on a %s connection begins a new one, where the ring says now',
      (how) => {
        handshake(family)
        fromMember(family, 'fin', 'ack')
        if (how === 'closed') fromClient(family, 'fin', 'ack')
        moveRing(family)
        expect(goesTo(family, 'ack')).toBe('backend')
        expect(goesTo(family, 'syn')).toBe('spare')
        expect(state()).toBe(NAT_OPENING)
        expect(at.lb.nat.replyWords()).toHaveLength(1)
        expect(fromMember(family, 'ack')).toBe('PASS_NO_CONNECTION')
      },
    )

    test('a connection whose member refused is tried again where the ring says', () => {
      fromClient(family, 'syn')
      fromMember(family, 'rst', 'ack')
      expect(state()).toBe(NAT_CLOSED)
      moveRing(family)
      expect(goesTo(family, 'syn')).toBe('spare')
    })
  })

  describe.each(families)('%s: in mid-stream without an entry', (family) => {
    test('goes where the ring says, from the client’s port, so that it may live on', () => {
      expect(goesTo(family, 'ack')).toBe('backend')
      expect(at.lb.nat.connection().entry).toMatchObject({ natPort: 40000, state: NAT_OPENING })
      fromMember(family, 'ack')
      fromClient(family, 'ack')
      expect(state()).toBe(NAT_ESTABLISHED)
    })

    test('and the member’s RST reaches the client', () => {
      fromClient(family, 'ack')
      expect(fromMember(family, 'rst')).toBe('REDIRECT_TO_CLIENT')
      expect(state()).toBe(NAT_CLOSED)
    })

    test('a RST opens nothing', () => {
      expect(fromClient(family, 'rst')).toBe('DROP_NO_CONNECTION')
      expect(fromClient(family, 'rst', 'ack')).toBe('DROP_NO_CONNECTION')
      expect(at.lb.nat.connections().size).toBe(0)
    })
  })

  describe('time', () => {
    const reach: Record<string, { seconds: number; go: () => void }> = {
      opening: { seconds: 20, go: () => void fromClient('v4', 'syn') },
      established: { seconds: 6 * 3600, go: () => handshake('v4') },
      closing: { seconds: 120, go: () => (handshake('v4'), void fromClient('v4', 'fin', 'ack')) },
      closed: { seconds: 10, go: () => (handshake('v4'), void fromMember('v4', 'rst')) },
      'closed in order': {
        seconds: 60,
        go: () => (handshake('v4'), fromMember('v4', 'fin', 'ack'), void fromClient('v4', 'fin', 'ack')),
      },
      'unanswered UDP': { seconds: 20, go: () => void udp() },
      'answered UDP': { seconds: 60, go: () => (udp(), void answer()) },
    }
    const udp = (): string => at.run(packet('v4', clientToVip, datagram(40000, 80))).verdict
    const answer = (): string => at.run(packet('v4', backendToOwn, datagram(8080, 40000)), at.net.back).verdict
    const reply = (): string =>
      at.lb.nat.connection().entry.protocol === IpProtocol.udp ? answer() : fromMember('v4', 'ack')
    const RANGE = 2 ** 32

    test.each(Object.entries(reach))('%s: idle for its timeout, a connection is gone', (_, { seconds, go }) => {
      go()
      ageBy(seconds + 1)
      expect(reply()).toBe('PASS_NO_CONNECTION')
    })

    test.each(Object.entries(reach))('%s: idle for less, it is there', (_, { seconds, go }) => {
      go()
      ageBy(seconds / 2)
      expect(reply()).toBe('REDIRECT_TO_CLIENT')
    })

    test('the client’s next packet takes the gone connection’s entry', () => {
      handshake('v4')
      const { index } = at.lb.nat.connection()
      ageBy(6 * 3600 + 1)
      expect(fromClient('v4', 'ack')).toBe('REDIRECT_TO_BACKEND')
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
      fromClient('v4', 'syn')
      ageBy(15)
      fromClient('v4', 'rst')
      expect(state()).toBe(NAT_CLOSED)
      ageBy(5)
      expect(fromMember('v4', 'ack')).toBe('REDIRECT_TO_CLIENT')
    })

    test.each([RANGE - 70_000, RANGE + 10, 3 * RANGE + 10])('a connection that is %d jiffies old is gone', (age) => {
      handshake('v4')
      at.lb.nat.age(at.lb.nat.connection().index, age)
      expect(fromMember('v4', 'ack')).toBe('PASS_NO_CONNECTION')
    })

    test('a last_seen that another CPU has written a tick ahead is young', () => {
      handshake('v4')
      at.lb.nat.age(at.lb.nat.connection().index, -2)
      expect(fromMember('v4', 'ack')).toBe('REDIRECT_TO_CLIENT')
    })
  })

  describe.each(families)('%s: services that go', (family) => {
    const { tcp } = ids[family]
    const given = (generation: number): void => {
      at.lb.lb.maps.services.set(tcp, { ...at.lb.lb.maps.services.get(tcp)!, generation })
    }

    test('a removed service’s packets pass; its replies still find their client', () => {
      handshake(family)
      at.lb.removeService(tcp)
      expect(fromClient(family, 'ack')).toBe('PASS_FOREIGN')
      expect(fromMember(family, 'ack')).toBe('REDIRECT_TO_CLIENT')
    })

    test('a freed service has no address that a reply could carry: dropped', () => {
      handshake(family)
      at.lb.removeService(tcp)
      at.lb.lb.maps.services.set(tcp, {
        ...at.lb.lb.maps.services.get(tcp)!,
        address: [0, 0, 0, 0],
        port: 0,
        family: 0,
      })
      expect(fromMember(family, 'ack')).toBe('DROP_SERVICE_GONE')
    })

    test('an id given to another frontend takes no connections along', () => {
      handshake(family)
      given(1)
      expect(fromMember(family, 'ack')).toBe('DROP_SERVICE_GONE')
      expect(fromClient(family, 'syn')).toBe('REDIRECT_TO_BACKEND')
      expect(at.lb.nat.connection().entry).toMatchObject({ generation: 1, state: NAT_OPENING })
      expect(fromMember(family, 'syn', 'ack')).toBe('REDIRECT_TO_CLIENT')
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
