import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, destinationOptions, ethernet, icmpv4, icmpv6, ipv4, ipv6, type Part, vlan } from '@skep/packet'
import { Backend } from '../test/backend.ts'
import { option4, option6 } from '../test/backend-packets.ts'
import { atEachHook, toldMtu } from '../test/hook.ts'
import { backend, client, mac, own, vip } from '../test/lab.ts'
import { datagram, families, type Family, leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage, verdictTable } from '../test/stage.ts'
import { ServiceFlag } from './lb_xdp.gen.ts'

const { clientToVip } = leg
const syn = segment(40000, 80, 'syn')
const toBackend = ethernet({ src: mac.back, dst: mac.backend })
const back = ethernet({ src: mac.front, dst: mac.client })
const router = { v4: '203.0.113.1', v6: '2001:db8:ffff::1' } as const

atEachHook('direct server return with an option', (hook) => {
  let at: Stage
  beforeAll(() => void (at = stage({ hook })))
  afterAll(() => at[Symbol.dispose]())
  beforeEach(() => {
    at.lb.clear()
    for (const family of families)
      for (const protocol of ['tcp', 'udp'] as const)
        at.lb.addService({
          address: vip[family],
          port: 80,
          protocol,
          members: [{ address: backend[family], port: 8080 }],
          source: own[family],
          flags: ServiceFlag.SERVICE_DSR_OPTION,
        })
  })

  const begins: readonly [string, Part, Part][] = [
    ['a SYN', syn, segment(40000, 8080, 'syn')],
    ['a datagram', datagram(40000, 80), datagram(40000, 8080)],
  ]
  const goesOn: readonly [string, Part, Part][] = [
    ['TCP in mid-stream', segment(40000, 80, 'ack', 'psh'), segment(40000, 8080, 'ack', 'psh')],
    ['a SYN that is an answer', segment(40000, 80, 'syn', 'ack'), segment(40000, 8080, 'syn', 'ack')],
    ['a FIN', segment(40000, 80, 'fin', 'ack'), segment(40000, 8080, 'fin', 'ack')],
    ['a RST', segment(40000, 80, 'rst'), segment(40000, 8080, 'rst')],
  ]

  describe.each(families)('%s', (family) => {
    const tags = [[], [vlan({ id: 7 })], [vlan({ id: 7 }), vlan({ id: 9 })]]

    verdictTable(
      () => at,
      tags.flatMap((tag) => [
        ...begins.map(([name, transport, there]) => ({
          name: `${name} names its service, with ${tag.length} tags`,
          packet: build(clientToVip.ethernet, ...tag, asked(family), transport, 'data'),
          becomes: build(toBackend, ...tag, ...named(family), there, 'data'),
          verdict: 'REDIRECT_TO_BACKEND' as const,
        })),
        ...goesOn.map(([name, transport, there]) => ({
          name: `${name} does not, with ${tag.length} tags`,
          packet: build(clientToVip.ethernet, ...tag, asked(family), transport, 'data'),
          becomes: build(toBackend, ...tag, plain(family), there, 'data'),
          verdict: 'REDIRECT_TO_BACKEND' as const,
        })),
      ]),
    )

    test.each(begins)('%s: what a backend takes off is the client’s packet to the backend', (_, transport, there) => {
      using receiver = new Backend({ vips: [`${vip.v4}/32`, `${vip.v6}/128`] })
      const { packet: sent } = at.run(packet(family, clientToVip, transport, 'data'))
      expect(receiver.run('decapXdp', sent)).toEqual({
        verdict: 'OPTION_RECORDED',
        packet: build(toBackend, plain(family), there, 'data'),
      })
      expect(receiver.flows()[0]?.[1]).toMatchObject({ vipPort: 80 })
    })

    test('opens no connection', () => {
      at.run(packet(family, clientToVip, syn))
      expect(at.lb.nat.connections().size).toBe(0)
    })

    test('no hops left: dropped as it is', () => {
      const sent = build(clientToVip.ethernet, asked(family, 1), syn)
      expect(at.run(sent)).toMatchObject({ verdict: 'DROP_TTL', packet: sent })
    })

    toldMtu(hook)('too big with the option: its sender is told what is left for it', () => {
      const room = 1500 - (family === 'v4' ? 8 : 24)
      const header = family === 'v4' ? ipv4({ src: client.v4, dst: vip.v4, dontFragment: true }) : asked('v6')
      const big = (length: number): Uint8Array =>
        build(clientToVip.ethernet, header, datagram(40000, 80), new Uint8Array(length - headersOf(family) - 8))
      expect(at.run(big(room)).verdict).toBe('REDIRECT_TO_BACKEND')
      const sent = big(room + 1)
      expect(at.run(sent)).toMatchObject({ verdict: 'REPLY_TOO_BIG', packet: tooBig(family, room, sent) })
    })

    toldMtu(hook)('a frame with tags that is too big is answered with them', () => {
      const tag = [vlan({ id: 7 }), vlan({ id: 9 })]
      const room = 1500 - (family === 'v4' ? 8 : 24)
      const header = family === 'v4' ? ipv4({ src: client.v4, dst: vip.v4, dontFragment: true }) : asked('v6')
      const inner = [header, datagram(40000, 80), new Uint8Array(room + 1 - headersOf(family) - 8)] as const
      const answer = tooBig(family, room, build(clientToVip.ethernet, ...inner), tag)
      expect(at.run(build(clientToVip.ethernet, ...tag, ...inner))).toMatchObject({
        verdict: 'REPLY_TOO_BIG',
        packet: answer,
      })
    })

    test('a backend whose MAC is not known: the kernel finds it and sends what the backend needs', () => {
      const silent = family === 'v4' ? '10.1.0.99' : 'fd00:1::99'
      for (const id of [0, 2]) at.lb.setMember(id, { address: silent, port: 8080 }, id, id / 2)
      const header = named(family, 64, silent)
      expect(at.run(packet(family, clientToVip, syn))).toEqual({
        action: 'PASS',
        verdict: 'STACK_NO_NEIGHBOUR',
        packet: build(clientToVip.ethernet, ...header, segment(40000, 8080, 'syn')),
      })
    })

    test.each([
      ['TCP', segment(80, 40000, 'ack'), segment(8080, 40000, 'ack')],
      ['UDP', datagram(80, 40000), datagram(8080, 40000)],
    ] as const)('an ICMP error about what the backend has answered over %s is about what it sent', (_, seen, sent) => {
      const error = family === 'v4' ? icmpv4({ type: 3, code: 4, mtu: 1400 }) : icmpv6({ type: 2, mtu: 1400 })
      const [src, dst] = [vip[family], client[family]]
      const arrives = build(clientToVip.ethernet, ip(family, router[family], vip[family]), error, quote(src, dst, seen))
      expect(at.run(arrives)).toMatchObject({
        verdict: 'REDIRECT_TO_BACKEND',
        packet: build(
          toBackend,
          ip(family, client[family], backend[family], 63),
          error,
          quote(backend[family], client[family], sent),
        ),
      })
    })
  })

  const options = (bytes: number): { type: number; data: Uint8Array }[] => [
    { type: 7, data: new Uint8Array(bytes - 3) },
  ]
  const withOptions = (bytes: number, transport: Part): Uint8Array =>
    build(clientToVip.ethernet, ipv4({ src: client.v4, dst: vip.v4, options: options(bytes) }), transport)
  verdictTable(
    () => at,
    [
      {
        name: 'v4: other options stay behind it',
        packet: withOptions(32, syn),
        becomes: build(
          toBackend,
          ipv4({
            src: client.v4,
            dst: backend.v4,
            ttl: 63,
            options: [option4(80, vip.v4, 'reversed'), ...options(32)],
          }),
          segment(40000, 8080, 'syn'),
        ),
        verdict: 'REDIRECT_TO_BACKEND',
      },
      {
        name: 'v4: with any options where it is not needed',
        packet: withOptions(36, segment(40000, 80, 'ack')),
        becomes: build(
          toBackend,
          ipv4({ src: client.v4, dst: backend.v4, ttl: 63, options: options(36) }),
          segment(40000, 8080, 'ack'),
        ),
        verdict: 'REDIRECT_TO_BACKEND',
      },
    ],
  )

  test.each([
    ['v4: no place for one more', withOptions(36, syn)],
    ['v6: extension headers before a SYN', packet('v6', clientToVip, destinationOptions(), syn)],
  ])('%s: dropped', (_, sent) => {
    expect(at.run(sent).verdict).toBe('DROP_OPTION')
  })
})

function headersOf(family: Family): number {
  return family === 'v4' ? 20 : 40
}

function ip(family: Family, src: string, dst: string, ttl = 64): Part {
  return family === 'v4' ? ipv4({ src, dst, ttl }) : ipv6({ src, dst, hopLimit: ttl })
}

function asked(family: Family, ttl = 64): Part {
  return ip(family, client[family], vip[family], ttl)
}

/** On its way to the backend, without the option. */
function plain(family: Family): Part {
  return ip(family, client[family], backend[family], 63)
}

function named(family: Family, ttl = 63, dst: string = backend[family]): Part[] {
  if (family === 'v6') return [ipv6({ src: client.v6, dst, hopLimit: ttl }), option6(80, vip.v6)]
  return [ipv4({ src: client.v4, dst, ttl, options: [option4(80, vip.v4, 'reversed')] })]
}

function quote(src: string, dst: string, transport: Part): Uint8Array {
  const family = src.includes(':') ? 'v6' : 'v4'
  return build(back, ip(family, src, dst), transport, 'data').slice(14)
}

function tooBig(family: Family, mtu: number, about: Uint8Array, tags: readonly Part[] = []): Uint8Array {
  const [src, dst] = [vip[family], client[family]]
  const header =
    family === 'v4'
      ? [ipv4({ src, dst, dontFragment: true, dscp: 48 }), icmpv4({ type: 3, code: 4, mtu }), about.slice(14, 14 + 68)]
      : [ipv6({ src, dst, dscp: 48 }), icmpv6({ type: 2, mtu }), about.slice(14, 14 + 1232)]
  return build(back, ...tags, ...(header as Part[]))
}
