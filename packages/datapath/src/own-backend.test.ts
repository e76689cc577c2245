import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { build, ethernet, icmpv4, icmpv6 } from '@skep/packet'
import { needing, needs } from '@skep/testbed'
import { BpfError, skbContext } from 'libbpf-ts'
import { countedVerdict } from '../test/counted.ts'
import { atEachHook } from '../test/hook.ts'
import { mac, own, vip } from '../test/lab.ts'
import { datagram, families, type Family, ip, leg, packet, segment } from '../test/packets.ts'
import { CUTS, inPieces } from '../test/pieces.ts'
import { type Stage, stage } from '../test/stage.ts'
import { NatState, SourceIndex } from './lb_xdp.gen.ts'

const { clientToVip, vipToClient } = leg
/** As the host's stack gets it: only its addresses have changed. */
const clientToOwn = { ...clientToVip, destination: own }
const ownToClient = { ...vipToClient, source: own }
const ids = { v4: { tcp: 0, udp: 1 }, v6: { tcp: 2, udp: 3 } } as const

/** The services’ member is this host itself. */
function serveHere(at: Stage, port = 8080): void {
  at.reset()
  for (const family of families)
    for (const id of Object.values(ids[family]))
      at.lb.setMember(id, { address: own[family], port }, id, SourceIndex.SOURCE_CLIENT)
}

atEachHook('a backend that is this host', (hook) => {
  let at: Stage
  beforeAll(() => void (at = stage({ hook })))
  beforeEach(() => serveHere(at))
  afterAll(() => at[Symbol.dispose]())

  describe.each(families)('%s', (family) => {
    test.each([
      ['TCP', segment(40000, 80, 'syn'), segment(40000, 8080, 'syn')],
      ['UDP', datagram(40000, 80), datagram(40000, 8080)],
    ])('%s: the stack gets it as the client has sent it, but for whom it is for', (_, sent, got) => {
      const found = at.run(packet(family, clientToVip, sent, 'hello'))
      expect(found).toMatchObject({ action: 'PASS', verdict: 'STACK_OWN_BACKEND' })
      expect(found.packet).toEqual(packet(family, clientToOwn, got, 'hello'))
    })

    test('the client’s port stays, wherever it lies', () => {
      for (const port of [1, 1023, 65_535]) {
        const { packet: got } = at.run(packet(family, clientToVip, segment(port, 80, 'syn')))
        expect(got).toEqual(packet(family, clientToOwn, segment(port, 8080, 'syn')))
      }
    })

    test('fragments arrive, all of them', () => {
      const found = inPieces(family, clientToVip, datagram(40000, 80)).map((one) => at.run(one))
      expect(found.map(({ verdict }) => verdict)).toEqual(CUTS.map(() => 'STACK_OWN_BACKEND'))
      expect(found.map((one) => one.packet)).toEqual(inPieces(family, clientToOwn, datagram(40000, 8080)))
    })

    test('an ICMP error about what the host has answered is about what it has sent', () => {
      at.run(packet(family, clientToVip, segment(40000, 80, 'syn')))
      const found = at.run(unreachable(family, vip, 80, mac.client, mac.front))
      expect(found.verdict).toBe('STACK_OWN_BACKEND')
      expect(found.packet).toEqual(unreachable(family, own, 8080, mac.client, mac.front))
    })
  })
})

/** The client’s complaint about an answer that has come from there. */
function unreachable(
  family: Family,
  from: Readonly<Record<Family, string>>,
  port: number,
  src: string,
  dst: string,
): Uint8Array {
  const quoted = packet(family, { ...vipToClient, source: from }, segment(port, 40000, 'syn', 'ack')).slice(14)
  const header = family === 'v4' ? icmpv4({ type: 3, code: 3 }) : icmpv6({ type: 1, code: 4 })
  return build(ethernet({ src, dst }), ip(family, { ...clientToVip, destination: from }), header, quoted)
}

const deviceOfRuns = needs.feature('device of a test run at tc', () => {
  using at = stage({ hook: 'tc' })
  const { front: ifindex, back: ingressIfindex } = at.net
  try {
    at.net.ns.run(() =>
      at.lb.out!.testRun({ data: new Uint8Array(64), context: skbContext({ ifindex, ingressIfindex }) }),
    )
    return undefined
  } catch (error) {
    if (error instanceof BpfError && error.message.endsWith('EINVAL')) return 'Linux 5.16'
    throw error
  }
})

needing(needs.root, needs.bpf).describe('what a backend that is this host answers, on its way out', () => {
  let at: Stage
  beforeAll(() => void (at = stage({ hook: 'tc' })))
  beforeEach(() => serveHere(at))
  afterAll(() => at[Symbol.dispose]())

  const PASSES = -1

  function out(data: Uint8Array, ingressIfindex = 0): { readonly action: number; readonly packet: Uint8Array } {
    const context = skbContext({ ifindex: at.net.front, ingressIfindex })
    const { returnValue, data: found } = at.net.ns.run(() => at.lb.out!.testRun({ data, context }))
    return { action: returnValue >> 0, packet: found }
  }

  function leavesAs(sent: Uint8Array, expected: Uint8Array): void {
    const before = at.lb.counters()
    expect(out(sent)).toEqual({ action: PASSES, packet: expected })
    expect(countedVerdict(before, at.lb.counters(), sent.length)).toBe('STACK_OWN_ANSWER')
  }

  describe.each(families)('%s', (family) => {
    test('TCP and UDP leave as the service’s, and say that the connection lives', () => {
      for (const [asked, answered, becomes] of [
        [segment(40000, 80, 'syn'), segment(8080, 40000, 'syn', 'ack'), segment(80, 40000, 'syn', 'ack')],
        [datagram(40000, 80), datagram(8080, 40000), datagram(80, 40000)],
      ] as const) {
        serveHere(at)
        at.run(packet(family, clientToVip, asked))
        leavesAs(packet(family, ownToClient, answered), packet(family, vipToClient, becomes))
        at.run(packet(family, clientToVip, 'flags' in asked ? segment(40000, 80, 'ack') : asked))
        expect(at.lb.nat.connection().entry.state).toBe(NatState.NAT_ESTABLISHED)
      }
    })

    test('a hop limit of 1 is enough: nothing is forwarded', () => {
      at.run(packet(family, clientToVip, datagram(40000, 80)))
      const answer = (on: typeof ownToClient | typeof vipToClient, port: number) =>
        build(on.ethernet, ip(family, on, 1), datagram(port, 40000))
      leavesAs(answer(ownToClient, 8080), answer(vipToClient, 80))
    })

    test('fragments', () => {
      at.run(packet(family, clientToVip, datagram(40000, 80)))
      const found = inPieces(family, ownToClient, datagram(8080, 40000)).map((one) => out(one).packet)
      expect(found).toEqual(inPieces(family, vipToClient, datagram(80, 40000)))
    })

    test('what is no answer leaves as it is and is not counted', () => {
      at.run(packet(family, clientToVip, segment(40000, 80, 'syn')))
      const before = at.lb.counters()
      const others = [segment(8080, 40001, 'ack'), segment(8081, 40000, 'ack'), datagram(8080, 40000)]
      for (const other of others.map((one) => packet(family, ownToClient, one)))
        expect(out(other)).toEqual({ action: PASSES, packet: other })
      expect(at.lb.counters()).toEqual(before)
    })

    needing(deviceOfRuns).test('nor is what is only passing through', () => {
      at.run(packet(family, clientToVip, segment(40000, 80, 'syn')))
      const before = at.lb.counters()
      const answer = packet(family, ownToClient, segment(8080, 40000, 'ack'))
      expect(out(answer, at.net.back)).toEqual({ action: PASSES, packet: answer })
      expect(at.lb.counters()).toEqual(before)
    })

    test('one port of the client with two services: two connections', () => {
      const port = 443
      const source = own[family]
      const second = at.lb.addService({
        address: vip[family],
        port,
        members: [{ address: source, port: 8080 }],
        source,
      })
      at.lb.setMember(second, { address: source, port: 8080 }, second, SourceIndex.SOURCE_CLIENT)
      at.run(packet(family, clientToVip, segment(40000, 80, 'syn')))
      at.run(packet(family, clientToVip, segment(40000, port, 'syn')))
      const { natPort } = [...at.lb.nat.connections().values()].find(({ service }) => service === second)!
      expect(natPort).not.toBe(40000)
      leavesAs(
        packet(family, ownToClient, segment(8080, natPort, 'syn', 'ack')),
        packet(family, vipToClient, segment(port, 40000, 'syn', 'ack')),
      )
      leavesAs(
        packet(family, ownToClient, segment(8080, 40000, 'syn', 'ack')),
        packet(family, vipToClient, segment(80, 40000, 'syn', 'ack')),
      )
    })

    test('the host’s own ICMP error about what the client has sent', () => {
      at.run(packet(family, clientToVip, datagram(40000, 80)))
      const refused = (to: Readonly<Record<Family, string>>, dstPort: number): Uint8Array => {
        const quoted = packet(family, { ...clientToVip, destination: to }, datagram(40000, dstPort)).slice(14)
        const header = family === 'v4' ? icmpv4({ type: 3, code: 3 }) : icmpv6({ type: 1, code: 4 })
        return build(vipToClient.ethernet, ip(family, { ...vipToClient, source: to }), header, quoted)
      }
      leavesAs(refused(own, 8080), refused(vip, 80))
    })
  })
})
