import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, icmpv4, icmpv6, type Part } from '@skep/packet'
import type { VerdictName } from '../test/counted.ts'
import { atEachHook } from '../test/hook.ts'
import { backend, client, own, vip } from '../test/lab.ts'
import { datagram, families, type Family, ip, leg, packet, segment } from '../test/packets.ts'
import { type Stage, stage } from '../test/stage.ts'
import { ServiceFlag } from './lb_xdp.gen.ts'

const modes = [
  ['source NAT', 0, 8080],
  ['DSR in a tunnel', ServiceFlag.SERVICE_DSR_IPIP, 80],
  ['DSR by the MAC', ServiceFlag.SERVICE_DSR_L2, 80],
  ['DSR with an option', ServiceFlag.SERVICE_DSR_OPTION, 80],
] as const
const { clientToVip } = leg

atEachHook('admission', (hook) => {
  let at: Stage
  beforeAll(() => void (at = stage({ hook, rateLines: 1 })))
  afterAll(() => at[Symbol.dispose]())

  /** Ids of the services of a family on port 80. */
  let tcp: Record<Family, number>
  let udp: Record<Family, number>

  function serve(flags: number, port: number, more = 0): void {
    const add = (family: Family, protocol: 'tcp' | 'udp'): number =>
      at.lb.addService({
        address: vip[family],
        port: 80,
        protocol,
        members: [{ address: backend[family], port }],
        source: own[family],
        flags: flags | (protocol === 'udp' ? more : 0),
      })
    at.lb.clear()
    at.lb.admission.forgetRates()
    tcp = { v4: add('v4', 'tcp'), v6: add('v6', 'tcp') }
    udp = { v4: add('v4', 'udp'), v6: add('v6', 'udp') }
  }

  function from(source: string, family: Family, ...rest: readonly Part[]): VerdictName {
    return at.run(packet(family, { ...clientToVip, source: { v4: source, v6: source } }, ...rest)).verdict
  }

  describe.each(modes)('ranges, %s', (_, flags, port) => {
    beforeEach(() => serve(flags, port))

    const range = {
      v4: { from: '198.51.100.0', to: '198.51.101.0', last: '198.51.100.255', before: '198.51.99.255' },
      v6: {
        from: '2001:db8:1::',
        to: '2001:db8:2::',
        last: '2001:db8:1:ffff:ffff:ffff:ffff:ffff',
        before: '2001:db8:0:ffff:ffff:ffff:ffff:ffff',
      },
    } as const

    test.each(families)('%s: who is inside is served, and nobody else', (family) => {
      at.lb.admission.setRanges(tcp[family], [range[family].from, range[family].to])
      for (const inside of [range[family].from, range[family].last])
        expect(from(inside, family, segment(40000, 80, 'syn'))).toBe('REDIRECT_TO_BACKEND')
      const outside = packet(
        family,
        { ...clientToVip, source: { v4: range.v4.to, v6: range.v6.to } },
        segment(40000, 80, 'syn'),
      )
      expect(at.run(outside)).toEqual({ action: 'DROP', verdict: 'DROP_SOURCE_RANGE', packet: outside })
      expect(from(range[family].before, family, segment(40000, 80, 'syn'))).toBe('DROP_SOURCE_RANGE')
      expect(from(range[family].before, family, datagram(40000, 80))).toBe('REDIRECT_TO_BACKEND')
    })

    test.each(families)('%s: a list over many lines', (family) => {
      const address = (i: number): string =>
        family === 'v4' ? `198.51.100.${4 * i}` : `2001:db8:1::${(4 * i).toString(16)}`
      const after = (i: number): string =>
        family === 'v4' ? `198.51.100.${4 * i + 2}` : `2001:db8:1::${(4 * i + 2).toString(16)}`
      for (const many of [1, 2, 3, 4, 5, 8, 9, 15, 16]) {
        const each = Array.from({ length: many }, (_, i) => i + 1)
        at.lb.admission.setRanges(
          tcp[family],
          each.flatMap((i) => [address(i), after(i)]),
        )
        for (const i of each) {
          expect(from(address(i), family, segment(40000, 80, 'syn'))).toBe('REDIRECT_TO_BACKEND')
          expect(from(after(i), family, segment(40000, 80, 'syn'))).toBe('DROP_SOURCE_RANGE')
        }
        expect(from(after(0), family, segment(40000, 80, 'syn'))).toBe('DROP_SOURCE_RANGE')
        expect(from(address(many + 1), family, segment(40000, 80, 'syn'))).toBe('DROP_SOURCE_RANGE')
      }
    })

    test.each(families)('%s: a list that changes holds for what is open', (family) => {
      expect(from(range[family].from, family, segment(40000, 80, 'syn'))).toBe('REDIRECT_TO_BACKEND')
      at.lb.admission.setRanges(tcp[family], [range[family].to])
      expect(from(range[family].from, family, segment(40000, 80, 'ack'))).toBe('DROP_SOURCE_RANGE')
    })

    test.each(families)('%s: pings are answered, whoever asks', (family) => {
      at.lb.admission.setRanges(tcp[family], [range[family].from, range[family].to])
      const echo = family === 'v4' ? icmpv4({ type: 8, id: 1, sequence: 1 }) : icmpv6({ type: 128, id: 1, sequence: 1 })
      expect(at.run(packet(family, clientToVip, echo, 'hello')).verdict).toBe('REPLY_PING')
    })

    test.each(families)('%s: an error counts as from the client that it is about', (family) => {
      at.lb.admission.setRanges(tcp[family], [client[family]])
      const router = { v4: '10.0.3.1', v6: 'fd00::3:1' }
      const error = (about: string): Uint8Array => {
        const answer = { ...leg.vipToClient, destination: { v4: about, v6: about } }
        const quoted = flags === ServiceFlag.SERVICE_DSR_OPTION ? { ...answer, source: vip } : answer
        const header =
          family === 'v4' ? icmpv4({ type: 3, code: 4, mtu: 1400 }) : icmpv6({ type: 2, code: 0, mtu: 1400 })
        const on = { ...clientToVip, source: router }
        return build(on.ethernet, ip(family, on), header, packet(family, quoted, segment(80, 40000, 'ack')).slice(14))
      }
      expect(from(client[family], family, segment(40000, 80, 'syn'))).toBe('REDIRECT_TO_BACKEND')
      expect(at.run(error(client[family])).verdict).toBe('REDIRECT_TO_BACKEND')
      expect(at.run(error(family === 'v4' ? '10.0.0.8' : 'fd00::8')).verdict).toBe('DROP_SOURCE_RANGE')
    })
  })

  test.each(families)('%s: a backend’s replies are of no client range', (family) => {
    serve(0, 8080)
    at.lb.admission.setRanges(tcp[family], [client[family]])
    expect(from(client[family], family, segment(40000, 80, 'syn'))).toBe('REDIRECT_TO_BACKEND')
    const reply = packet(family, leg.backendToOwn, segment(8080, 40000, 'syn', 'ack'))
    expect(at.run(reply, at.net.back).verdict).toBe('REDIRECT_TO_CLIENT')
  })

  test('ranges beyond the table admit nobody', () => {
    serve(0, 8080)
    const { services } = at.lb.lb.maps
    services.set(tcp.v4, { ...services.get(tcp.v4)!, ranges: (1_000_000 << 5) | 4 })
    expect(from(client.v4, 'v4', segment(40000, 80, 'syn'))).toBe('DROP_SOURCE_RANGE')
  })

  describe.each(modes)('a limit, %s', (_, flags, port) => {
    beforeEach(() => {
      serve(flags, port)
      at.lb.admission.forgetRates()
    })

    const hosts = { v4: ['198.51.100.1', '198.51.100.2'], v6: ['2001:db8:1::1', '2001:db8:1::2'] } as const
    const stranger = { v4: '198.51.101.1', v6: '2001:db8:2::1' }
    /** Nothing comes back within a test. */
    const slow = { perSecond: 0.02, burst: 3 }

    test.each(families)('%s: so many connections of a prefix, then none; others are not touched', (family) => {
      at.lb.admission.setLimit(tcp[family], { ...slow, prefix: family === 'v4' ? 24 : 64 })
      const [one, two] = hosts[family]
      const opened = [one, two, one, two, one].map((host, i) => from(host, family, segment(40000 + i, 80, 'syn')))
      expect(opened.map((verdict) => verdict === 'REDIRECT_TO_BACKEND')).toEqual([true, true, true, false, false])
      expect(opened.at(-1)).toBe('DROP_RATE_LIMIT')
      expect(from(stranger[family], family, segment(40000, 80, 'syn'))).toBe('REDIRECT_TO_BACKEND')
      expect(from(one, family, datagram(40000, 80))).toBe('REDIRECT_TO_BACKEND')
    })

    test.each(families)('%s: what is open goes on', (family) => {
      at.lb.admission.setLimit(tcp[family], { ...slow, burst: 1, prefix: family === 'v4' ? 32 : 128 })
      const [one, two] = hosts[family]
      expect(from(one, family, segment(40000, 80, 'syn'))).toBe('REDIRECT_TO_BACKEND')
      expect(from(one, family, segment(40001, 80, 'syn'))).toBe('DROP_RATE_LIMIT')
      expect(from(one, family, segment(40000, 80, 'ack'))).toBe('REDIRECT_TO_BACKEND')
      expect(from(one, family, segment(40000, 80, 'ack', 'fin'))).toBe('REDIRECT_TO_BACKEND')
      expect(from(two, family, segment(40000, 80, 'syn'))).toBe('REDIRECT_TO_BACKEND')
    })

    test.each(families)('%s: a prefix of no bits is everybody', (family) => {
      at.lb.admission.setLimit(tcp[family], { ...slow, burst: 1, prefix: 0 })
      expect(from(hosts[family][0], family, segment(40000, 80, 'syn'))).toBe('REDIRECT_TO_BACKEND')
      expect(from(stranger[family], family, segment(40000, 80, 'syn'))).toBe('DROP_RATE_LIMIT')
    })

    test.each(families)('%s: what is paid for is free again', (family) => {
      at.lb.admission.setLimit(tcp[family], { ...slow, burst: 1, prefix: 0 })
      expect(from(hosts[family][0], family, segment(40000, 80, 'syn'))).toBe('REDIRECT_TO_BACKEND')
      at.lb.admission.payRates()
      expect(from(hosts[family][0], family, segment(40001, 80, 'syn'))).toBe('REDIRECT_TO_BACKEND')
      expect(from(hosts[family][0], family, segment(40002, 80, 'syn'))).toBe('DROP_RATE_LIMIT')
    })

    test.each(families)('%s: UDP', (family) => {
      at.lb.admission.setLimit(udp[family], { ...slow, burst: 2, prefix: 32 })
      const [one] = hosts[family]
      const verdicts = [40000, 40000, 40000, 40001].map((port) => from(one, family, datagram(port, 80)))
      // With source NAT the second and third are of a flow that is open.
      const expected = flags === 0 ? [true, true, true, true] : [true, true, false, false]
      expect(verdicts.map((verdict) => verdict === 'REDIRECT_TO_BACKEND')).toEqual(expected)
      expect(from(one, family, datagram(40002, 80))).toBe('DROP_RATE_LIMIT')
    })
  })

  test('a QUIC flow is opened by its Initial packet', () => {
    serve(ServiceFlag.SERVICE_DSR_L2, 80, ServiceFlag.SERVICE_QUIC)
    at.lb.admission.setLimit(udp.v4, { perSecond: 0.02, burst: 1, prefix: 32 })
    const initial = Uint8Array.of(0xc0, 0, 0, 0, 1, 0, 0)
    const short = Uint8Array.of(0x40, 1, 2, 3, 4, 5, 6)
    const verdicts = [initial, short, initial, short].map((bytes) => from(client.v4, 'v4', datagram(40000, 80), bytes))
    expect(verdicts[2]).toBe('DROP_RATE_LIMIT')
    expect(verdicts.toSpliced(2, 1)).toEqual(Array(3).fill('REDIRECT_TO_BACKEND'))
  })

  test('clients that are more than the table has places push one another out, and are served', () => {
    serve(ServiceFlag.SERVICE_DSR_L2, 80)
    at.lb.admission.setLimit(tcp.v4, { perSecond: 0.02, burst: 1, prefix: 32 })
    for (let i = 1; i <= 20; i++)
      expect(from(`198.51.100.${i}`, 'v4', segment(40000, 80, 'syn'))).toBe('REDIRECT_TO_BACKEND')
    expect(from('198.51.100.20', 'v4', segment(40000, 80, 'syn'))).toBe('DROP_RATE_LIMIT')
  })
})
