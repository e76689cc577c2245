import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, icmpv4, icmpv6, type Part, tcp, type TcpFlag } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import { connectionsIn } from '../src/connections.ts'
import {
  backend,
  datagram,
  families,
  type Family,
  headers,
  into,
  loopback,
  other,
  out,
  type Place,
  pod,
  second,
  segment,
  service,
} from '../test/packets.ts'
import { type Endpoint, Stage } from '../test/stage.ts'

needing(needs.root, needs.bpf).describe('connections of pods', () => {
  let at: Stage
  beforeAll(() => void (at = new Stage()))
  afterAll(() => at[Symbol.dispose]())
  beforeEach(() => at.clear())

  const end = (place: Place, port = 8080): Endpoint => ({ address: place.v4, port })
  const web = (...backends: readonly Endpoint[]) => ({ address: service.v4, port: 80, backends })
  const dns = (...backends: readonly Endpoint[]) => ({ ...web(...backends), protocol: 'udp' as const })
  const sends = (port: number, ...flags: readonly TcpFlag[]) =>
    at.leave(out('v4', service, segment(port, 80, ...flags)))
  const asks = (port: number) => at.leave(out('v4', service, datagram(port, 80)))
  const answers = (place: Place, port: number, ...flags: readonly TcpFlag[]) =>
    at.arrive(into('v4', place, segment(8080, port, ...flags)))
  const to = (place: Place, part: Part) => ({ packet: out('v4', place, part) })
  const states = () => [...connectionsIn(at.pods.maps)].map(({ state }) => state)

  test('opening, established, closing, closed; and what is listed says who is who', () => {
    at.service(web(end(backend)))
    sends(40_000, 'syn')
    expect([...connectionsIn(at.pods.maps)]).toEqual([
      {
        device: 1,
        protocol: 'TCP',
        pod: '10.0.0.5:40000',
        service: '10.96.0.1:80',
        backend: '10.0.1.7:8080',
        as: '10.0.0.5:40000',
        state: 'opening',
      },
    ])
    answers(backend, 40_000, 'syn', 'ack')
    expect(states()).toEqual(['established'])
    sends(40_000, 'fin', 'ack')
    expect(states()).toEqual(['closing'])
    answers(backend, 40_000, 'fin', 'ack')
    expect(states()).toEqual(['closed'])
  })

  test('a reset closes, from either side; one of nobody knows what is dropped', () => {
    at.service(web(end(backend)))
    sends(40_000, 'syn')
    sends(40_000, 'rst')
    sends(40_001, 'syn')
    answers(backend, 40_001, 'rst', 'ack')
    expect(states()).toEqual(['closed', 'closed'])
    expect(sends(40_002, 'rst')).toMatchObject({ verdict: 'DROP_RESET', action: 'DROP' })
  })

  test('who terminates keeps connections, and takes none: also from a port that had one', () => {
    const place = at.service(web(end(backend)))
    sends(40_000, 'syn')
    at.change(place, { ...web(end(second)), draining: [end(backend)] })
    expect(sends(40_000, 'ack')).toMatchObject(to(backend, segment(40_000, 8080, 'ack')))
    expect(sends(40_001, 'syn')).toMatchObject(to(second, segment(40_001, 8080, 'syn')))
    expect(sends(40_000, 'syn')).toMatchObject(to(second, segment(40_000, 8080, 'syn')))
    expect(sends(40_000, 'ack')).toMatchObject(to(second, segment(40_000, 8080, 'ack')))
  })

  test('TCP keeps a backend that is gone, and a service that is gone, until it ends', () => {
    const place = at.service(web(end(backend)))
    sends(40_000, 'syn')
    at.change(place, web(end(second)))
    expect(sends(40_000, 'ack')).toMatchObject(to(backend, segment(40_000, 8080, 'ack')))
    at.remove(web())
    expect(sends(40_000, 'ack')).toMatchObject(to(backend, segment(40_000, 8080, 'ack')))
    expect(sends(40_001, 'syn').verdict).toBe('PASS_FOREIGN')
  })

  test('a SYN that is sent again goes where the first one went', () => {
    at.service(web(...Array.from({ length: 8 }, (_, i) => end(backend, 8080 + i))))
    const first = sends(40_000, 'syn')
    for (let i = 0; i < 8; i++) expect(sends(40_000, 'syn').packet).toEqual(first.packet)
  })

  test('new connections are spread', () => {
    at.service(web(end(backend), end(second)))
    const seen = new Set(
      Array.from({ length: 40 }, (_, i) =>
        sends(41_000 + i, 'syn')
          .packet.slice(30, 34)
          .join('.'),
      ),
    )
    expect(seen).toEqual(new Set([backend.v4, second.v4]))
  })

  test('affinity: a pod’s connections go to one backend, for as long as the service has it', () => {
    const all = [end(backend), end(second)]
    const place = at.service({ ...web(...all), affinity: 60 })
    const seen = Array.from({ length: 16 }, (_, i) =>
      sends(41_000 + i, 'syn')
        .packet.slice(30, 34)
        .join('.'),
    )
    expect(new Set(seen).size).toBe(1)
    const rest = all.filter(({ address }) => address !== seen[0])
    at.change(place, { ...web(...rest), affinity: 60 })
    expect(sends(42_000, 'syn').packet.slice(30, 34).join('.')).toBe(rest[0]!.address)
  })

  test('one entry that the kernel has given up is made again by the other', () => {
    at.service(web(end(backend)))
    sends(40_000, 'syn')
    const answersKey = [...at.pods.maps.podFlows.keys()].find(({ sourcePort }) => sourcePort === 8080)!
    at.pods.maps.podFlows.delete(answersKey)
    sends(40_000, 'fin', 'ack')
    expect(answers(backend, 40_000, 'ack').verdict).toBe('FROM_SERVICE')
  })

  describe('that nobody has heard of for too long', () => {
    let quick: Stage
    beforeEach(() => void (quick = new Stage({ timeouts: { opening: 0, other: 0 } })))
    afterEach(() => quick[Symbol.dispose]())

    test('are forgotten, and their answers are left as they are', () => {
      quick.service(dns(end(backend)))
      quick.leave(out('v4', service, datagram(40_000, 80)))
      untilForgotten(() => quick.arrive(into('v4', backend, datagram(8080, 40_000))).verdict === 'PASS_ARRIVAL')
      expect(quick.leave(out('v4', service, datagram(40_000, 80))).verdict).toBe('TO_BACKEND')
    })

    /** Jiffies go on while packets are run. */
    function untilForgotten(isForgotten: () => boolean): void {
      for (let tries = 0; tries < 10_000; tries++) if (isForgotten()) return
      throw new Error('it is remembered')
    }
  })

  test('datagrams ask once a second whether their backend is there, draining or not', () => {
    using ever = new Stage({ jiffiesPerSecond: 0 })
    const place = ever.service(dns(end(backend)))
    const asksEver = () => ever.leave(out('v4', service, datagram(40_000, 80)))
    asksEver()
    ever.change(place, { ...dns(end(second)), draining: [end(backend)] })
    expect(asksEver()).toMatchObject(to(backend, datagram(40_000, 8080)))
    ever.change(place, dns(end(second)))
    expect(asksEver()).toMatchObject(to(second, datagram(40_000, 8080)))
    expect(ever.arrive(into('v4', backend, datagram(8080, 40_000))).verdict).toBe('PASS_ARRIVAL')
    ever.remove(dns())
    expect(asksEver().verdict).toBe('PASS_FOREIGN')
  })

  test('datagrams of one socket go one way', () => {
    at.service(dns(...Array.from({ length: 8 }, (_, i) => end(backend, 8080 + i))))
    const first = asks(40_000)
    for (let i = 0; i < 8; i++) expect(asks(40_000).packet).toEqual(first.packet)
  })

  test('a full table gives up the longest unused, and new connections are made', () => {
    using small = new Stage({ flows: 64 })
    small.service(web(end(backend)))
    for (let i = 0; i < 500; i++)
      expect(small.leave(out('v4', service, segment(40_000 + i, 80, 'syn'))).verdict).toBe('TO_BACKEND')
  })

  describe.each(families)('%s: no backend', (family) => {
    const empty = (unreachable: boolean) => ({ address: service[family], port: 80, backends: [], unreachable }) as const

    test.each([
      [false, 'REFUSE_NO_BACKEND'],
      [true, 'REFUSE_NO_LOCAL_BACKEND'],
    ] as const)('the pod is told (by its policy: %s)', (unreachable, verdict) => {
      at.service(empty(unreachable))
      at.service({ ...empty(unreachable), protocol: 'udp' })
      for (const [part, reset] of [
        [
          segment(40_000, 80, 'syn'),
          tcp({ srcPort: 80, dstPort: 40_000, flags: ['rst', 'ack'], ack: 1001, window: 0 }),
        ],
        [segment(40_000, 80, 'ack'), tcp({ srcPort: 80, dstPort: 40_000, flags: ['rst'], seq: 2000, window: 0 })],
        [datagram(40_000, 80), undefined],
      ] as const) {
        const asked = out(family, service, part)
        const told = reset && !unreachable ? build(...headers(family, 'in', service, pod), reset) : undefined
        const packet = told ?? refusal(family, unreachable, asked)
        expect(at.leave(asked)).toEqual({ verdict, action: 'BACK', packet })
        expect(at.arrive(packet)).toMatchObject({ verdict: 'PASS_ARRIVAL', packet })
      }
    })
  })

  test('a reset to a service without backends is not answered', () => {
    at.service(web())
    expect(sends(40_000, 'rst')).toMatchObject({ verdict: 'DROP_RESET', action: 'DROP' })
  })

  /** As much as is read of it: the IP header, and the ports. */
  function refusal(family: Family, unreachable: boolean, asked: Uint8Array): Uint8Array {
    const icmp =
      family === 'v4' ? icmpv4({ type: 3, code: unreachable ? 1 : 3 }) : icmpv6({ type: 1, code: unreachable ? 3 : 4 })
    return build(...headers(family, 'in', service, pod), icmp, asked.slice(14, family === 'v4' ? 42 : 62))
  }

  test('who reaches itself by two services is told apart', () => {
    at.service(web(end(pod)))
    at.service({ ...web(end(pod)), address: other.v4 })
    at.leave(out('v4', service, segment(40_000, 80, 'syn')))
    const { packet } = at.leave(out('v4', other, segment(40_000, 80, 'syn')))
    const port = (packet[34]! << 8) | packet[35]!
    expect(port).not.toBe(40_000)
    expect(at.leave(out('v4', loopback, segment(8080, port, 'syn', 'ack'))).packet).toEqual(
      build(...headers('v4', 'in', other, pod), segment(80, 40_000, 'syn', 'ack')),
    )
  })
})
