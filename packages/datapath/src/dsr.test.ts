import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, ethernet, IpProtocol, ipv4, ipv6, type Ipv4Spec, type Ipv6Spec, type Part, vlan } from '@skep/packet'
import { hashKeys } from '../test/plain-config.ts'
import { hashFlow } from '../test/hash.ts'
import { needing } from '@skep/testbed'
import { atEachHook, compareAndSwap } from '../test/hook.ts'
import { backend, client, mac, own, vip } from '../test/lab.ts'
import { datagram, families, type Family, leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage, verdictTable } from '../test/stage.ts'
import { ServiceFlag } from './lb_xdp.gen.ts'

const { clientToVip } = leg
const syn = segment(40000, 80, 'syn')
const toBackend = ethernet({ src: mac.back, dst: mac.backend })
const NO_HEADROOM = {
  xdp: fileURLToPath(new URL('../test-objects/no_headroom.bpf.o', import.meta.url)),
  tc: fileURLToPath(new URL('../test-objects/no_headroom_tc.bpf.o', import.meta.url)),
}
const IPIP = 4
const IPV6 = 41

atEachHook('direct server return', (hook) => {
  let at: Stage
  beforeAll(() => void (at = stage({ hook })))
  afterAll(() => at[Symbol.dispose]())

  /** Services on port 80 whose one backend is of `to`'s family. */
  function serve(flags: number, to?: Family, { lb }: Stage = at): void {
    lb.clear()
    for (const family of families)
      for (const protocol of ['tcp', 'udp'] as const)
        lb.addService({
          address: vip[family],
          port: 80,
          protocol,
          members: [{ address: backend[to ?? family], port: 80 }],
          source: own[to ?? family],
          flags,
        })
  }

  describe.each(families)('in a tunnel over %s', (over) => {
    beforeEach(() => serve(ServiceFlag.SERVICE_DSR_IPIP, over))

    verdictTable(
      () => at,
      families.flatMap((family) => [
        {
          name: `TCP over IP${family}`,
          packet: packet(family, clientToVip, syn),
          becomes: build(toBackend, outer(over, family), inner(family), syn),
          verdict: 'REDIRECT_TO_BACKEND' as const,
        },
        {
          name: `in mid-stream over IP${family}, without any state`,
          packet: packet(family, clientToVip, segment(40000, 80, 'ack', 'psh'), 'GET /'),
          becomes: build(toBackend, outer(over, family), inner(family), segment(40000, 80, 'ack', 'psh'), 'GET /'),
          verdict: 'REDIRECT_TO_BACKEND' as const,
        },
        {
          name: `UDP over IP${family}`,
          packet: packet(family, clientToVip, datagram(40000, 80), 'question'),
          becomes: build(
            toBackend,
            outer(over, family, IpProtocol.udp),
            inner(family),
            datagram(40000, 80),
            'question',
          ),
          verdict: 'REDIRECT_TO_BACKEND' as const,
        },
        {
          name: `by the device it came in by, IP${family}`,
          from: 'back' as const,
          packet: packet(family, clientToVip, syn),
          becomes: build(toBackend, outer(over, family), inner(family), syn),
          verdict: 'TX_TO_BACKEND' as const,
        },
        {
          name: `one and two VLAN tags are kept, IP${family}`,
          packet: build(clientToVip.ethernet, vlan({ id: 7 }), vlan({ id: 9 }), whole(family, 64), syn),
          becomes: build(toBackend, vlan({ id: 7 }), vlan({ id: 9 }), outer(over, family), inner(family), syn),
          verdict: 'REDIRECT_TO_BACKEND' as const,
        },
        {
          name: `one VLAN tag is kept, IP${family}`,
          packet: build(clientToVip.ethernet, vlan({ id: 7 }), whole(family, 64), syn),
          becomes: build(toBackend, vlan({ id: 7 }), outer(over, family), inner(family), syn),
          verdict: 'REDIRECT_TO_BACKEND' as const,
        },
        {
          name: `no hops left, IP${family}`,
          packet: build(clientToVip.ethernet, whole(family, 1), syn),
          verdict: 'DROP_TTL' as const,
        },
      ]),
    )

    needing(compareAndSwap).test('a device that leaves no room for a header is told apart', () => {
      using without = stage({ hook, object: NO_HEADROOM[hook] })
      serve(ServiceFlag.SERVICE_DSR_IPIP, over, without)
      expect(without.run(packet('v4', clientToVip, syn)).verdict).toBe('DROP_NO_HEADROOM')
    })

    test('a backend whose MAC is not known: the kernel finds it, in a frame that is still to this host', () => {
      const silent = over === 'v4' ? '10.1.0.77' : 'fd00:1::77'
      for (const id of [0, 2]) at.lb.setMember(id, { address: silent, port: 80 }, id, 0)
      for (const family of families)
        expect(at.run(packet(family, clientToVip, syn))).toEqual({
          action: 'PASS',
          verdict: 'STACK_NO_NEIGHBOUR',
          packet: build(clientToVip.ethernet, outer(over, family, IpProtocol.tcp, silent), inner(family), syn),
        })
    })

    test('opens no connection', () => {
      for (const family of families) at.run(packet(family, clientToVip, syn))
      expect(at.lb.nat.connections().size).toBe(0)
    })
  })

  describe.each(families)('by the MAC alone, %s', (family) => {
    beforeEach(() => serve(ServiceFlag.SERVICE_DSR_L2))

    verdictTable(
      () => at,
      [
        {
          name: 'TCP as it is',
          packet: packet(family, clientToVip, syn),
          becomes: build(toBackend, inner(family), syn),
          verdict: 'REDIRECT_TO_BACKEND',
        },
        {
          name: 'UDP, with a VLAN tag',
          packet: build(clientToVip.ethernet, vlan({ id: 7 }), whole(family, 64), datagram(40000, 80), 'x'),
          becomes: build(toBackend, vlan({ id: 7 }), inner(family), datagram(40000, 80), 'x'),
          verdict: 'REDIRECT_TO_BACKEND',
        },
      ],
    )

    test('a backend whose MAC is not known gets nothing: the kernel would not know what to do with it', () => {
      at.lb.setMember(0, { address: '10.1.0.77', port: 80 }, 0, 0)
      at.lb.setMember(2, { address: 'fd00:1::77', port: 80 }, 2, 1)
      expect(at.run(packet(family, clientToVip, syn)).verdict).toBe('DROP_NO_NEIGHBOUR')
    })
  })
})

function whole(family: Family, ttl: number): Ipv4Spec | Ipv6Spec {
  return family === 'v4'
    ? ipv4({ src: client.v4, dst: vip.v4, ttl })
    : ipv6({ src: client.v6, dst: vip.v6, hopLimit: ttl })
}

/** The client's packet, a hop later. */
function inner(family: Family): Part {
  return whole(family, 63)
}

/**
 * The flow label tells flows apart that one tunnel carries; and where the kernel may fragment, so do ids: clients count
 * theirs each for itself.
 */
function outer(over: Family, family: Family, transport: number = IpProtocol.tcp, dst: string = backend[over]): Part {
  const protocol = family === 'v4' ? IPIP : IPV6
  const flow = hashFlow(hashKeys.hashKey1, transport, client[family], 40000, 80)
  const fragments = family === 'v4' ? { id: swapped(Number(flow & 0xffffn)) } : { dontFragment: true }
  if (over === 'v4') return ipv4({ src: own.v4, dst, protocol, ttl: 64, ...fragments })
  const flowLabel = Number(flow & 0xfffffn)
  return ipv6({ src: own.v6, dst, nextHeader: protocol, hopLimit: 64, flowLabel })
}

/** A number that the program adds as it stands in memory. */
function swapped(word: number): number {
  return ((word & 0xff) << 8) | (word >>> 8)
}
