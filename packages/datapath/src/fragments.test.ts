import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, destinationOptions, ethernet, fragment, ipv4, ipv6, udp, vlan } from '@skep/packet'
import type { Outcome } from '../test/balancer-options.ts'
import type { VerdictName } from '../test/counted.ts'
import { Backend } from '../test/backend.ts'
import { atEachHook } from '../test/hook.ts'
import { backend, client, mac, own, spare, vip } from '../test/lab.ts'
import { datagram, families, type Family, leg, type Leg, packet, segment } from '../test/packets.ts'
import { carried, CUTS, inPieces, payload, type Piece } from '../test/pieces.ts'
import { type Stage, stage } from '../test/stage.ts'
import { ServiceFlag } from './lb_xdp.gen.ts'

const { clientToVip, ownToBackend, backendToOwn, vipToClient } = leg
const toBackend = ethernet({ src: mac.back, dst: mac.backend })
const ANSWER = 53

atEachHook('fragments', (hook) => {
  let at: Stage
  beforeAll(() => void (at = stage({ hook })))
  afterAll(() => at[Symbol.dispose]())

  const runAll = (packets: readonly Uint8Array[], from: 'front' | 'back' = 'front'): Outcome[] =>
    packets.map((one) => at.run(one, at.net[from]))
  const verdictsOf = (packets: readonly Uint8Array[], from: 'front' | 'back' = 'front'): (VerdictName | undefined)[] =>
    runAll(packets, from).map(({ verdict }) => verdict)

  function forgetFragments(): void {
    using mapped = at.lb.lb.maps.fragments.mmap()
    new Uint8Array(mapped.buffer).fill(0)
  }

  /** Makes what is noted that much older. */
  function age(jiffies: number): void {
    for (const [line, noted] of at.lb.lb.maps.fragments)
      if (noted.state) at.lb.lb.maps.fragments.set(line, { ...noted, state: noted.state - (BigInt(jiffies) << 32n) })
  }

  function serve(flags: number, port = 80, over?: Family): void {
    at.lb.clear()
    for (const family of families)
      for (const protocol of ['tcp', 'udp'] as const)
        at.lb.addService({
          address: vip[family],
          port: 80,
          protocol,
          members: [{ address: backend[over ?? family], port }],
          source: own[over ?? family],
          flags,
        })
  }

  beforeEach(() => {
    forgetFragments()
    at.reset()
  })

  describe.each(families)('of IP%s', (family) => {
    const asked = (fields: Piece = {}) => inPieces(family, clientToVip, datagram(40000, 80), fields)
    const answered = (fields: Piece = {}) => inPieces(family, backendToOwn, datagram(8080, 40000), fields)

    test('source NAT: each reaches the backend, as if the whole had been cut behind', () => {
      const found = runAll(asked())
      expect(found.map(({ verdict }) => verdict)).toEqual(CUTS.map(() => 'REDIRECT_TO_BACKEND'))
      expect(found.map((one) => one.packet)).toEqual(inPieces(family, ownToBackend, datagram(40000, 8080), { ttl: 63 }))
    })

    test('source NAT: what the backend answers in fragments reaches the client', () => {
      runAll(asked())
      const found = runAll(answered(), 'back')
      expect(found.map(({ verdict }) => verdict)).toEqual(CUTS.map(() => 'REDIRECT_TO_CLIENT'))
      expect(found.map((one) => one.packet)).toEqual(inPieces(family, vipToClient, datagram(80, 40000), { ttl: 63 }))
    })

    test('source NAT of TCP, with two tags', () => {
      const syn = (src: number, dst: number) => segment(src, dst, 'ack', 'psh')
      const found = runAll(inPieces(family, clientToVip, syn(40001, 80), { protocol: 6 }))
      expect(found.map((one) => one.packet)).toEqual(
        inPieces(family, ownToBackend, syn(40001, 8080), { protocol: 6, ttl: 63 }),
      )
    })

    test('by the MAC: as they are', () => {
      serve(ServiceFlag.SERVICE_DSR_L2)
      const found = runAll(asked())
      expect(found.map(({ verdict }) => verdict)).toEqual(CUTS.map(() => 'REDIRECT_TO_BACKEND'))
      const there: Leg = { ...clientToVip, ethernet: toBackend }
      expect(found.map((one) => one.packet)).toEqual(inPieces(family, there, datagram(40000, 80), { ttl: 63 }))
    })

    test.each(families)(
      'in a tunnel over IP%s: each in a packet of its own, to one backend from one source',
      (over) => {
        serve(ServiceFlag.SERVICE_DSR_IPIP, 80, over)
        const found = runAll(asked())
        expect(found.map(({ verdict }) => verdict)).toEqual(CUTS.map(() => 'REDIRECT_TO_BACKEND'))
        const header = over === 'v4' ? 20 : 40
        const inside = inPieces(family, clientToVip, datagram(40000, 80), { ttl: 63 })
        found.forEach(({ packet: sent }, i) => {
          expect(sent.slice(14 + header)).toEqual(inside[i]!.slice(14))
          expect(sent.slice(0, 12)).toEqual(found[0]!.packet.slice(0, 12))
          const addresses = over === 'v4' ? [26, 34] : [22, 54]
          expect(sent.slice(...addresses)).toEqual(found[0]!.packet.slice(...addresses))
        })
        if (over === 'v4' && family === 'v4')
          expect(new Set(found.map(({ packet: sent }) => (sent[18]! << 8) | sent[19]!)).size).toBe(CUTS.length)
      },
    )

    test('behind VLAN tags, which they keep', () => {
      const before = [vlan({ id: 7 }), vlan({ id: 9 })]
      const found = runAll(asked({ before }))
      expect(found.map((one) => one.packet)).toEqual(
        inPieces(family, ownToBackend, datagram(40000, 8080), { ttl: 63, before }),
      )
    })

    test('of one flow reach the backend that its whole packets reach', () => {
      at.lb.clear()
      at.lb.addService({
        address: vip[family],
        port: 80,
        protocol: 'udp',
        members: [backend, spare].map((one) => ({ address: one[family], port: 80 })),
        source: own[family],
        flags: ServiceFlag.SERVICE_DSR_L2,
      })
      const counts = () => [0, 1].map((id) => Number(at.lb.memberCounter(id).packets))
      for (let port = 40000; port < 40016; port++) {
        const start = counts()
        at.run(packet(family, clientToVip, datagram(port, 80)))
        const whole = counts().map((n, i) => n - start[i]!)
        runAll(inPieces(family, clientToVip, datagram(port, 80), { id: port }))
        expect(counts().map((n, i) => n - start[i]!)).toEqual(whole.map((n) => n * (1 + CUTS.length)))
      }
    })

    test('a later one before its first: dropped, and all pass once the first has', () => {
      const [first, second, third] = asked()
      expect(verdictsOf([second!, third!, first!, third!, second!])).toEqual([
        'DROP_FRAGMENT',
        'DROP_FRAGMENT',
        'REDIRECT_TO_BACKEND',
        'REDIRECT_TO_BACKEND',
        'REDIRECT_TO_BACKEND',
      ])
    })

    test('too long after the first: dropped', () => {
      const [first, second] = asked()
      at.run(first!)
      age(at.lb.config.timeoutFragment - 10 * at.lb.config.jiffiesPerSecond)
      expect(verdictsOf([second!])).toEqual(['REDIRECT_TO_BACKEND'])
      age(10 * at.lb.config.jiffiesPerSecond + 1)
      expect(verdictsOf([second!])).toEqual(['DROP_FRAGMENT'])
    })

    test('an id that is used again: later ones follow the newer first', () => {
      at.run(asked()[0]!)
      const other = inPieces(family, clientToVip, datagram(40002, 80))
      serve(ServiceFlag.SERVICE_DSR_L2)
      at.run(other[0]!)
      const there: Leg = { ...clientToVip, ethernet: toBackend }
      expect(at.run(other[1]!).packet).toEqual(inPieces(family, there, datagram(40002, 80), { ttl: 63 })[1])
    })

    test('the same id of another source, another service address or another protocol: not theirs', () => {
      at.run(asked()[0]!)
      const stranger: Leg = { ...clientToVip, source: { v4: '10.0.0.10', v6: 'fd00::a' } }
      expect(verdictsOf([inPieces(family, stranger, datagram(40000, 80))[1]!])).toEqual(['DROP_FRAGMENT'])
      expect(verdictsOf([asked({ protocol: 6 })[1]!])).toEqual(['DROP_FRAGMENT'])
      expect(verdictsOf([asked({ id: 8 })[1]!])).toEqual(['DROP_FRAGMENT'])
      expect(verdictsOf([asked()[1]!])).toEqual(['REDIRECT_TO_BACKEND'])
    })

    test('of a first that was dropped: dropped', () => {
      const [first] = asked({ ttl: 1 })
      expect(verdictsOf([first!, asked()[1]!])).toEqual(['DROP_TTL', 'DROP_FRAGMENT'])
    })

    test('no hops left, or in a frame to a group: as whole packets', () => {
      const [first] = asked()
      at.run(first!)
      const group: Leg = { ...clientToVip, ethernet: ethernet({ src: mac.client, dst: 'ff:ff:ff:ff:ff:ff' }) }
      expect(verdictsOf([asked({ ttl: 1 })[1]!, inPieces(family, group, datagram(40000, 80))[1]!])).toEqual([
        'DROP_TTL',
        'PASS_GROUP',
      ])
    })

    test('to nobody’s address, or to an own one from a stranger: untouched', () => {
      const foreign: Leg = { ...clientToVip, destination: backend }
      const toOwn: Leg = { ...clientToVip, destination: own }
      for (const on of [foreign, toOwn])
        for (const piece of inPieces(family, on, datagram(ANSWER, 22)))
          expect(at.run(piece)).toMatchObject({ verdict: 'PASS_FOREIGN', packet: piece })
    })

    test('without ports, to a service address: left to the kernel as whole ones are', () => {
      expect(verdictsOf(asked({ protocol: 47 }))).toEqual(CUTS.map(() => 'PASS_PROTOCOL'))
    })

    test('are counted for their member, and open one connection', () => {
      const id = family === 'v4' ? 1 : 3
      const before = at.lb.memberCounter(id)
      const all = asked()
      runAll(all)
      const after = at.lb.memberCounter(id)
      expect(after.packets - before.packets).toBe(BigInt(CUTS.length))
      expect(after.bytes - before.bytes).toBe(BigInt(all.reduce((sum, { length }) => sum + length, 0)))
      expect(at.lb.nat.connections().size).toBe(1)
    })

    test('a flood of first ones takes the place of none that is followed at once', () => {
      for (let id = 100; id < 1100; id++) {
        const [first, second] = asked({ id })
        expect(verdictsOf([first!, second!])).toEqual(['REDIRECT_TO_BACKEND', 'REDIRECT_TO_BACKEND'])
      }
      expect(at.lb.nat.connections().size).toBe(1)
    })
  })

  test.each(families)(
    'with an option, IP%s: the first names the service, and the backend reads all of it',
    (family) => {
      serve(ServiceFlag.SERVICE_DSR_OPTION, 8080)
      using receiver = new Backend({ vips: [`${vip.v4}/32`, `${vip.v6}/128`] })
      const there: Leg = { ethernet: toBackend, source: client, destination: backend }
      const found = runAll(inPieces(family, clientToVip, datagram(40000, 80)))
      expect(found.map(({ verdict }) => verdict)).toEqual(CUTS.map(() => 'REDIRECT_TO_BACKEND'))
      const taken = found.map((one) => receiver.run('decapXdp', one.packet))
      expect(taken.map(({ packet: arrived }) => arrived)).toEqual(
        inPieces(family, there, datagram(40000, 8080), { ttl: 63 }),
      )
      expect(receiver.flows()[0]?.[1]).toMatchObject({ vipPort: 80 })
    },
  )

  test('with an option, IPv6: a first fragment with more between its header and the ports is dropped', () => {
    serve(ServiceFlag.SERVICE_DSR_OPTION, 8080)
    const ends = { src: client.v6, dst: vip.v6 }
    const headers = [ipv6(ends), fragment({ nextHeader: 60, id: 7, moreFragments: true }), destinationOptions()]
    const first = build(clientToVip.ethernet, ...headers, datagram(40000, 80), payload.slice(0, 504))
    expect(at.run(first).verdict).toBe('DROP_OPTION')
  })

  test('UDP over IPv4 without a checksum stays without', () => {
    const bytes = carried('v4', clientToVip, udp({ srcPort: 40000, dstPort: 80, checksum: 0 }))
    const ends = { src: client.v4, dst: vip.v4, protocol: 17, id: 3 }
    const first = build(clientToVip.ethernet, ipv4({ ...ends, moreFragments: true }), bytes.slice(0, 512))
    expect(at.run(first).packet.slice(40, 42)).toEqual(Buffer.alloc(2))
  })
})
