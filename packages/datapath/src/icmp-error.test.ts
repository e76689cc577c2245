import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, icmpv4, icmpv6, ipv4, type Part, udp } from '@skep/packet'
import { atEachHook, leastAt } from '../test/hook.ts'
import { backend, client, own, vip } from '../test/lab.ts'
import { datagram, families, type Family, ip, type Leg, leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage, verdictTable } from '../test/stage.ts'

atEachHook('ICMP errors about translated connections', (hook) => {
  const { clientToVip, ownToBackend, backendToOwn, vipToClient } = leg
  const router = { v4: '203.0.113.1', v6: '2001:db8:ffff::1' } as const
  /** From a router that the quoted packet reached. */
  const toOwn = { ...backendToOwn, source: router }
  const toVip = { ...clientToVip, source: router }

  let at: Stage
  beforeAll(() => void (at = stage({ hook })))
  beforeEach(() => at.reset())
  afterAll(() => at[Symbol.dispose]())

  const kinds = {
    v4: {
      'fragmentation needed': icmpv4({ type: 3, code: 4, mtu: 1400 }),
      'port unreachable': icmpv4({ type: 3, code: 3 }),
      'time exceeded': icmpv4({ type: 11, code: 0 }),
    },
    v6: {
      'packet too big': icmpv6({ type: 2, code: 0, mtu: 1400 }),
      'port unreachable': icmpv6({ type: 1, code: 4 }),
      'time exceeded': icmpv6({ type: 3, code: 0 }),
    },
  } as const

  /** An error on a leg that quotes a packet on another one. */
  function error(family: Family, on: Leg, header: Part, quote: Uint8Array, ttl = 64): Uint8Array {
    return build(on.ethernet, ip(family, on, ttl), header, quote)
  }

  function quoteOf(family: Family, on: Leg, ...rest: readonly Part[]): Uint8Array {
    return packet(family, on, ...rest).slice(14)
  }

  function open(family: Family): void {
    for (const first of [segment(40000, 80, 'syn'), datagram(40000, 80)])
      expect(at.run(packet(family, clientToVip, first)).verdict).toBe('REDIRECT_TO_BACKEND')
  }

  describe.each(families)('%s', (family) => {
    const before = (): void => open(family)
    const [tooBig] = Object.values(kinds[family])
    const cut = (quote: Uint8Array, transport: number): Uint8Array =>
      quote.slice(0, (family === 'v4' ? 20 : 40) + transport)
    /** How the service’s packets begin, in each direction, and how translated. */
    const ways = {
      'TCP with data': [
        segment(40000, 80, 'ack'),
        segment(40000, 8080, 'ack'),
        segment(8080, 40000, 'ack'),
        segment(80, 40000, 'ack'),
      ],
      UDP: [datagram(40000, 80), datagram(40000, 8080), datagram(8080, 40000), datagram(80, 40000)],
    } as const
    const noChecksum = (srcPort: number, dstPort: number): Part => udp({ srcPort, dstPort, checksum: 0 })

    verdictTable(
      () => at,
      Object.entries(kinds[family]).flatMap(([kind, header]) =>
        Object.entries(ways).flatMap(([what, [asked, askedThere, answered, answeredHere]]) => [
          {
            name: `${kind}, about ${what} to the backend: to the client, about what it sent`,
            before,
            from: 'back' as const,
            packet: error(family, toOwn, header, quoteOf(family, ownToBackend, askedThere, 'data')),
            becomes: error(family, vipToClient, header, quoteOf(family, clientToVip, asked, 'data'), 63),
            verdict: 'REDIRECT_TO_CLIENT' as const,
          },
          {
            name: `${kind}, about ${what} to the client: to the backend, about what it sent`,
            before,
            packet: error(family, toVip, header, quoteOf(family, vipToClient, answeredHere, 'data')),
            becomes: error(family, ownToBackend, header, quoteOf(family, backendToOwn, answered, 'data'), 63),
            verdict: 'REDIRECT_TO_BACKEND' as const,
          },
        ]),
      ),
    )

    verdictTable(
      () => at,
      [
        ...[8, 16, 18].map((bytes) => ({
          name: `${bytes} bytes of TCP`,
          before,
          from: 'back' as const,
          packet: error(family, toOwn, tooBig, cut(quoteOf(family, ownToBackend, ways['TCP with data'][1]), bytes)),
          becomes: error(
            family,
            vipToClient,
            tooBig,
            cut(quoteOf(family, clientToVip, ways['TCP with data'][0]), bytes),
            63,
          ),
          verdict: 'REDIRECT_TO_CLIENT' as const,
        })),
        {
          name: 'UDP without a checksum stays without',
          before,
          from: 'back',
          packet: error(family, toOwn, tooBig, quoteOf(family, ownToBackend, noChecksum(40000, 8080), 'x')),
          becomes: error(family, vipToClient, tooBig, quoteOf(family, clientToVip, noChecksum(40000, 80), 'x'), 63),
          verdict: 'REDIRECT_TO_CLIENT',
        },
        {
          name: '7 bytes of TCP are too few',
          before,
          packet: error(family, toOwn, tooBig, cut(quoteOf(family, ownToBackend, ways['TCP with data'][1]), 7)),
          verdict: 'PASS_TRUNCATED',
        },
        {
          name: 'a connection that is not known, from the backend’s side',
          packet: error(family, toOwn, tooBig, quoteOf(family, ownToBackend, ways.UDP[1])),
          verdict: 'PASS_NO_CONNECTION',
        },
        {
          name: 'a connection that is not known, from the client’s side',
          packet: error(family, toVip, tooBig, quoteOf(family, vipToClient, ways.UDP[3])),
          verdict: 'PASS_NO_CONNECTION',
        },
        {
          name: 'about a packet of another sender than it is sent to',
          before,
          packet: error(family, { ...toVip, destination: own }, tooBig, quoteOf(family, vipToClient, ways.UDP[3])),
          verdict: 'PASS_PROTOCOL',
        },
        {
          name: 'about a port that no service has',
          before,
          packet: error(family, toVip, tooBig, quoteOf(family, vipToClient, datagram(81, 40000))),
          verdict: 'PASS_FOREIGN',
        },
        {
          name: 'with its last hop',
          before,
          packet: error(family, toVip, tooBig, quoteOf(family, vipToClient, ways.UDP[3]), 1),
          verdict: 'DROP_TTL',
        },
      ],
    )

    test('opens nothing and keeps nothing alive', () => {
      const fromRouter = error(family, toVip, tooBig, quoteOf(family, vipToClient, ways.UDP[3]))
      at.run(fromRouter)
      expect(at.lb.nat.connections().size).toBe(0)
      at.run(packet(family, clientToVip, datagram(40000, 80)))
      at.run(packet(family, backendToOwn, datagram(8080, 40000)), at.net.back)
      const { index } = at.lb.nat.connection()
      at.lb.nat.age(index, 30 * at.lb.config.jiffiesPerSecond)
      const { entry } = at.lb.nat.connection()
      expect(at.run(fromRouter).verdict).toBe('REDIRECT_TO_BACKEND')
      expect(at.lb.nat.connection().entry).toEqual(entry)
    })

    test('a port that was translated is the client’s again', () => {
      at.run(packet(family, clientToVip, datagram(53, 80)))
      const { natPort } = at.lb.nat.connection().entry
      expect(natPort).not.toBe(53)
      const found = at.run(
        error(family, toOwn, tooBig, quoteOf(family, ownToBackend, datagram(natPort, 8080))),
        at.net.back,
      )
      expect(found.packet).toEqual(
        error(family, vipToClient, tooBig, quoteOf(family, clientToVip, datagram(53, 80)), 63),
      )
    })

    test('cut short anywhere: passes as it is', () => {
      before()
      const whole = error(family, toVip, tooBig, cut(quoteOf(family, vipToClient, ways.UDP[3]), 8))
      for (let length = leastAt(hook, family); length < whole.length; length++) {
        const found = at.run(whole.slice(0, length))
        expect({ length, verdict: found.verdict }).toEqual({ length, verdict: 'PASS_TRUNCATED' })
      }
    })
  })

  test('v4: options in the error and in what it quotes', () => {
    open('v4')
    const options = [{ type: 7, data: new Uint8Array(37) }]
    const quote = (src: string, dst: string, header: Part): Uint8Array =>
      build(clientToVip.ethernet, ipv4({ src, dst, options }), header).slice(14)
    const header = kinds.v4['fragmentation needed']
    const sent = build(
      toVip.ethernet,
      ipv4({ src: router.v4, dst: vip.v4, options }),
      header,
      quote(vip.v4, client.v4, datagram(80, 40000)),
    )
    expect(at.run(sent)).toMatchObject({
      verdict: 'REDIRECT_TO_BACKEND',
      packet: build(
        ownToBackend.ethernet,
        ipv4({ src: own.v4, dst: backend.v4, ttl: 63, options }),
        header,
        quote(backend.v4, own.v4, datagram(8080, 40000)),
      ),
    })
  })

  test('v4: a later fragment is quoted without ports, so it passes', () => {
    open('v4')
    const quote = build(
      clientToVip.ethernet,
      ipv4({ src: vip.v4, dst: client.v4, protocol: 17, fragmentOffset: 64 }),
      new Uint8Array(8),
    ).slice(14)
    expect(at.run(error('v4', toVip, kinds.v4['time exceeded'], quote)).verdict).toBe('PASS_PROTOCOL')
  })
})
