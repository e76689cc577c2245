import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, ethernet, icmpv4, icmpv6, ipv4, ipv6 } from '@skep/packet'
import { atEachHook, toldMtu } from '../test/hook.ts'
import { backend, client, mac, own, vip } from '../test/lab.ts'
import { datagram, families, type Family, ip, leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'

atEachHook('routes', (hook) => {
  const { clientToVip, ownToBackend, backendToOwn, vipToClient } = leg

  let at: Stage
  beforeAll(() => {
    at = stage({ hook })
    at.net.ns.run(() => routes.forEach((route) => execFileSync('ip', ['route', 'add', ...route.split(' ')])))
  })
  afterAll(() => at[Symbol.dispose]())
  beforeEach(() => at.reset())

  const routes = [
    'blackhole 10.9.1.0/24',
    'unreachable 10.9.2.0/24',
    'prohibit 10.9.3.0/24',
    `10.9.4.0/24 via ${backend.v4} mtu lock 1000`,
    `10.9.5.0/24 encap ip id 1 dst 10.1.0.77 dev back`,
    `10.9.6.0/24 via ${backend.v4} mtu lock 60`,
    '10.9.7.0/24 via 10.0.0.77 mtu lock 1000',
    'blackhole fd09:1::/64',
    'unreachable fd09:2::/64',
    'prohibit fd09:3::/64',
    `fd09:4::/64 via ${backend.v6} mtu lock 1280`,
    `fd09:5::/64 encap ip6 id 1 dst fd00:1::77 dev back`,
    `fd09:6::/64 via ${backend.v6} mtu lock 1000`,
  ]

  /** Backends behind each of those routes. */
  const behind = {
    blackhole: { v4: '10.9.1.1', v6: 'fd09:1::1' },
    unreachable: { v4: '10.9.2.1', v6: 'fd09:2::1' },
    prohibit: { v4: '10.9.3.1', v6: 'fd09:3::1' },
    narrow: { v4: '10.9.4.1', v6: 'fd09:4::1' },
    tunnel: { v4: '10.9.5.1', v6: 'fd09:5::1' },
    tiny: { v4: '10.9.6.1', v6: 'fd09:6::1' },
    silent: { v4: '10.1.0.99', v6: 'fd00:1::99' },
    this: { v4: '10.0.0.1', v6: 'fd00::1' },
    nowhere: { v4: '10.99.0.1', v6: 'fd99::1' },
  } as const

  /** The service's backend is there now. */
  function moveTo(place: keyof typeof behind): void {
    for (const [id, family] of [
      [0, 'v4'],
      [1, 'v4'],
      [2, 'v6'],
      [3, 'v6'],
    ] as const)
      at.lb.setMember(id, { address: behind[place][family], port: 8080 }, id, at.lb.source(own[family]))
  }

  const syn = segment(40000, 80, 'syn')

  describe.each(families)('%s: the route decides', (family) => {
    test.each([
      ['blackhole', 'DROP_BLACKHOLE'],
      ['unreachable', 'DROP_UNREACHABLE'],
      ['prohibit', 'DROP_PROHIBIT'],
      ['this', 'DROP_NOT_FORWARDED'],
      ['nowhere', 'DROP_NOT_FORWARDED'],
    ] as const)('%s: %s, and the packet is as it was', (place, verdict) => {
      moveTo(place)
      const sent = packet(family, clientToVip, syn)
      expect(at.run(sent)).toEqual({ action: 'DROP', verdict, packet: sent })
    })

    test.each([
      ['silent', 'STACK_NO_NEIGHBOUR'],
      ['tunnel', 'STACK_ENCAPSULATES'],
    ] as const)('%s: %s: translated, and the kernel spends the hop', (place, verdict) => {
      moveTo(place)
      const translated = { ...ownToBackend, ethernet: clientToVip.ethernet, destination: behind[place] }
      expect(at.run(packet(family, clientToVip, syn))).toEqual({
        action: 'PASS',
        verdict,
        packet: packet(family, translated, segment(40000, 8080, 'syn')),
      })
    })

    test('a reply to a client whose neighbour entry is gone goes through the kernel too', () => {
      at.run(packet(family, clientToVip, syn))
      at.net.nl.neighbor.delete({ index: at.net.front, address: client[family] })
      const found = at.run(packet(family, backendToOwn, segment(8080, 40000, 'syn', 'ack')), at.net.back)
      at.net.nl.neighbor.add({ index: at.net.front, address: client[family], lladdr: mac.client })
      expect(found).toEqual({
        action: 'PASS',
        verdict: 'STACK_NO_NEIGHBOUR',
        packet: packet(family, { ...vipToClient, ethernet: backendToOwn.ethernet }, segment(80, 40000, 'syn', 'ack')),
      })
    })

    test('what goes through the kernel is counted for its member', () => {
      moveTo('silent')
      const id = family === 'v4' ? 0 : 2
      const before = at.lb.memberCounter(id).packets
      at.run(packet(family, clientToVip, syn))
      expect(at.lb.memberCounter(id).packets - before).toBe(1n)
    })

    test('what is dropped is not', () => {
      moveTo('blackhole')
      const id = family === 'v4' ? 0 : 2
      const before = at.lb.memberCounter(id).packets
      at.run(packet(family, clientToVip, syn))
      expect(at.lb.memberCounter(id).packets).toBe(before)
    })
  })

  describe.each(families)('%s: forwarding is off on the device it came in by', (family) => {
    const file = `/proc/sys/net/ip${family}/conf/front/forwarding`
    beforeEach(() => at.net.ns.run(() => writeFileSync(file, '0')))
    afterEach(() => at.net.ns.run(() => writeFileSync(file, '1')))

    test('dropped', () => {
      const sent = packet(family, clientToVip, syn)
      expect(at.run(sent)).toEqual({ action: 'DROP', verdict: 'DROP_FORWARDING_DISABLED', packet: sent })
    })
  })

  describe('larger than the route’s MTU', () => {
    /** A packet of `length` bytes from its IP header. */
    function long(family: Family, length: number, dontFragment = true): Uint8Array {
      const header = family === 'v4' ? 20 : 40
      const ipHeader =
        family === 'v4' ? ipv4({ src: client.v4, dst: vip.v4, dontFragment, dscp: 10 }) : ip('v6', clientToVip)
      const text = Uint8Array.from({ length: length - header - 8 }, (_, i) => i)
      return build(clientToVip.ethernet, ipHeader, datagram(40000, 80), text)
    }
    const back = ethernet({ src: mac.front, dst: mac.client })

    toldMtu(hook)('v4 that must not be fragmented: ICMP fragmentation needed', () => {
      moveTo('narrow')
      const sent = long('v4', 1001)
      expect(at.run(sent)).toEqual({
        action: 'TX',
        verdict: 'REPLY_TOO_BIG',
        packet: build(
          back,
          ipv4({ src: vip.v4, dst: client.v4, dontFragment: true, dscp: 48 }),
          icmpv4({ type: 3, code: 4, mtu: 1000 }),
          sent.slice(14, 14 + 68),
        ),
      })
    })

    test('v4 that may be fragmented: the kernel does', () => {
      moveTo('narrow')
      const found = at.run(long('v4', 1001, false))
      expect(found).toMatchObject({ action: 'PASS', verdict: 'STACK_FRAGMENTS' })
      expect(found.packet).toEqual(
        build(
          clientToVip.ethernet,
          ipv4({ src: own.v4, dst: behind.narrow.v4, dscp: 10 }),
          datagram(40000, 8080),
          long('v4', 1001).slice(42),
        ),
      )
    })

    test('v6: ICMP packet too big', () => {
      moveTo('narrow')
      const sent = long('v6', 1281)
      expect(at.run(sent)).toEqual({
        action: 'TX',
        verdict: 'REPLY_TOO_BIG',
        packet: build(
          back,
          ipv6({ src: vip.v6, dst: client.v6, dscp: 48 }),
          icmpv6({ type: 2, code: 0, mtu: 1280 }),
          sent.slice(14, 14 + 1232),
        ),
      })
    })

    test.each([
      ['v4', 1000],
      ['v6', 1280],
    ] as const)('%s of exactly the MTU is sent', (family, length) => {
      moveTo('narrow')
      expect(at.run(long(family, length)).verdict).toBe('REDIRECT_TO_BACKEND')
    })

    toldMtu(hook)('a reply: its backend is told, by the address that it was sent to', () => {
      at.run(build(clientToVip.ethernet, ipv4({ src: '10.9.7.1', dst: vip.v4 }), datagram(40000, 80)))
      const sent = build(
        backendToOwn.ethernet,
        ipv4({ src: backend.v4, dst: own.v4, dontFragment: true }),
        datagram(8080, 40000),
        new Uint8Array(1200),
      )
      expect(at.run(sent, at.net.back)).toEqual({
        action: 'TX',
        verdict: 'REPLY_TOO_BIG',
        packet: build(
          ethernet({ src: mac.back, dst: mac.backend }),
          ipv4({ src: own.v4, dst: backend.v4, dontFragment: true, dscp: 48 }),
          icmpv4({ type: 3, code: 4, mtu: 1000 }),
          sent.slice(14, 14 + 68),
        ),
      })
    })

    test.each([
      ['v4', 64],
      ['v6', 1100],
    ] as const)('%s over an MTU that the protocol does not allow: dropped', (family, length) => {
      moveTo('tiny')
      const sent = long(family, length)
      expect(at.run(sent)).toEqual({ action: 'DROP', verdict: 'DROP_TOO_BIG', packet: sent })
    })

    test('an ICMP error is not answered by another', () => {
      moveTo('tiny')
      at.run(packet('v4', clientToVip, datagram(40000, 80)))
      const quote = packet('v4', vipToClient, datagram(80, 40000), new Uint8Array(20)).slice(14)
      const ipHeader = ipv4({ src: '203.0.113.1', dst: vip.v4, dontFragment: true })
      const sent = build(clientToVip.ethernet, ipHeader, icmpv4({ type: 3, code: 3 }), quote)
      expect(at.run(sent)).toEqual({ action: 'DROP', verdict: 'DROP_TOO_BIG', packet: sent })
    })

    test('an ICMP answer is not counted for a member', () => {
      moveTo('narrow')
      const before = at.lb.memberCounter(1).packets
      at.run(long('v4', 1001))
      expect(at.lb.memberCounter(1).packets).toBe(before)
    })
  })
})
