import * as fc from 'fast-check'
import type { LayerSpec } from '../index.ts'
import {
  arp,
  build,
  destinationOptions,
  ethernet,
  formatMac,
  fragment,
  hopByHop,
  icmpv4,
  icmpv6,
  ipv4,
  ipv6,
  parseIpv6,
  formatIpv6,
  routing,
  tcp,
  tcpFlags,
  udp,
  vlan,
} from '../index.ts'

const bits = (count: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** count - 1 })
const bytes = (minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength, maxLength })

const mac = bytes(6, 6).map(formatMac)
const address4 = fc.ipV4()
const address6 = fc.ipV6().map((text) => formatIpv6(parseIpv6(text)))
const tlv = fc.record({ type: fc.integer({ min: 2, max: 255 }), data: bytes(0, 6) })
/** RFC 4727's for experiments, which no reader looks into. */
const tlv6 = fc.record({ type: fc.constantFrom(0x1e, 0x3e, 0x5e, 0x7e, 0x9e, 0xbe, 0xde, 0xfe), data: bytes(0, 6) })
const fill = fc.constant({ type: 1 })

const tcpOption = fc.oneof(
  fc.constant({ option: 'nop' } as const),
  fc.record({ option: fc.constant('mss' as const), value: bits(16) }),
  fc.record({ option: fc.constant('windowScale' as const), shift: bits(8) }),
  fc.constant({ option: 'sackPermitted' } as const),
  fc.record({
    option: fc.constant('sack' as const),
    blocks: fc.array(fc.tuple(bits(32), bits(32)), { minLength: 1, maxLength: 1 }),
  }),
  fc.record({ option: fc.constant('timestamps' as const), value: bits(32), echo: bits(32) }),
  fc.record({ option: fc.constant('other' as const), type: fc.integer({ min: 9, max: 255 }), data: bytes(0, 4) }),
)

const neighborOption = fc.oneof(
  fc.record({
    option: fc.constantFrom('sourceLinkLayerAddress' as const, 'targetLinkLayerAddress' as const),
    address: mac,
  }),
  fc.record({ option: fc.constant('mtu' as const), value: bits(32) }),
  fc.record({ option: fc.constant('other' as const), type: fc.integer({ min: 6, max: 255 }), data: bytes(14, 14) }),
)

const ip4 = fc
  .record({
    src: address4,
    dst: address4,
    dscp: bits(6),
    ecn: bits(2),
    id: bits(16),
    ttl: bits(8),
    dontFragment: fc.boolean(),
    options: fc.array(fc.oneof(tlv, fill), { maxLength: 4 }),
  })
  .map(ipv4)
const ip6 = fc
  .record({ src: address6, dst: address6, dscp: bits(6), ecn: bits(2), flowLabel: bits(20), hopLimit: bits(8) })
  .map(ipv6)
const extension = fc.oneof(
  fc.record({ options: fc.array(tlv6, { maxLength: 3 }) }).map(destinationOptions),
  fc.record({ type: bits(8), data: bytes(4, 4) }).map(routing),
  fc.record({ type: fc.constantFrom(0, 2, 4), segmentsLeft: fc.nat(2), data: bytes(20, 20) }).map(routing),
  fc.record({ id: bits(32) }).map(fragment),
)

const transport: fc.Arbitrary<LayerSpec> = fc.oneof(
  fc
    .record({
      srcPort: bits(16),
      dstPort: bits(16),
      seq: bits(32),
      ack: bits(32),
      flags: fc.subarray([...tcpFlags]),
      window: bits(16),
      urgent: bits(16),
      options: fc.array(tcpOption, { maxLength: 3 }),
    })
    .map(tcp),
  fc.record({ srcPort: bits(16), dstPort: bits(16) }).map(udp),
)
const control4: fc.Arbitrary<LayerSpec> = fc.oneof(
  fc.record({ type: fc.constantFrom(0, 8, 13), code: bits(8), id: bits(16), sequence: bits(16) }).map(icmpv4),
  fc.record({ type: fc.constant(3), code: fc.constant(4), mtu: bits(16) }).map(icmpv4),
  fc.record({ type: fc.constant(5), code: bits(2), gateway: address4 }).map(icmpv4),
  fc.record({ type: fc.constant(12), pointer: bits(8) }).map(icmpv4),
  fc.record({ type: fc.constantFrom(3, 11), code: fc.constantFrom(0, 1, 3) }).map(icmpv4),
)
const control6: fc.Arbitrary<LayerSpec> = fc.oneof(
  fc.record({ type: fc.constantFrom(128, 129), id: bits(16), sequence: bits(16) }).map(icmpv6),
  fc.record({ type: fc.constant(2), mtu: bits(32) }).map(icmpv6),
  fc.record({ type: fc.constant(4), code: bits(2), pointer: bits(32) }).map(icmpv6),
  fc.record({ type: fc.constantFrom(1, 3), code: bits(3) }).map(icmpv6),
)
const neighbor: fc.Arbitrary<LayerSpec> = fc.oneof(
  fc
    .record({
      type: fc.constant(135),
      target: address6,
      options: fc.array(neighborOption, { minLength: 1, maxLength: 3 }),
    })
    .map(icmpv6),
  fc
    .record({
      type: fc.constant(136),
      target: address6,
      router: fc.boolean(),
      solicited: fc.boolean(),
      override: fc.boolean(),
    })
    .map(icmpv6),
)

const flat = (...parts: readonly fc.Arbitrary<readonly LayerSpec[]>[]): fc.Arbitrary<LayerSpec[]> =>
  fc.tuple(...parts).map((lists) => lists.flat())
const one = (layer: fc.Arbitrary<LayerSpec>): fc.Arbitrary<LayerSpec[]> => layer.map((l) => [l])

const link = flat(
  one(fc.record({ src: mac, dst: mac }).map(ethernet)),
  fc.array(
    fc
      .record({ id: bits(12), priority: bits(3), dropEligible: fc.boolean(), tpid: fc.constantFrom(0x8100, 0x88a8) })
      .map(vlan),
    {
      maxLength: 2,
    },
  ),
)
const head6 = flat(
  one(ip6),
  fc.array(fc.record({ options: fc.array(tlv6, { maxLength: 2 }) }).map(hopByHop), { maxLength: 1 }),
  fc.array(extension, { maxLength: 2 }),
)
const tunnel = fc.array(fc.oneof(one(ip4), head6), { maxLength: 2 }).map((lists) => lists.flat())

/** Layers that make a right packet, and a payload for it. */
export const packets: fc.Arbitrary<{ layers: LayerSpec[]; payload: Uint8Array }> = fc.oneof(
  fc.record({
    layers: flat(
      link,
      tunnel,
      fc.oneof(flat(one(ip4), one(fc.oneof(transport, control4))), flat(head6, one(fc.oneof(transport, control6)))),
    ),
    payload: bytes(0, 40),
  }),
  fc.record({ layers: flat(link, tunnel, head6, one(neighbor)), payload: fc.constant(new Uint8Array()) }),
  fc.record({
    layers: flat(
      link,
      one(
        fc
          .record({ operation: bits(16), senderMac: mac, senderIp: address4, targetMac: mac, targetIp: address4 })
          .map(arp),
      ),
    ),
    payload: fc.constant(new Uint8Array()),
  }),
)

/** Bytes that look like packets: right ones, cut, and with bytes changed. */
export const brokenPackets: fc.Arbitrary<Uint8Array> = fc
  .tuple(packets, fc.array(fc.tuple(fc.nat(200), bits(8)), { maxLength: 6 }), fc.option(fc.nat(200)))
  .map(([{ layers, payload }, changes, length]) => {
    const whole = build(...layers, payload)
    for (const [at, value] of changes) whole[at % whole.length] = value
    return whole.slice(0, length ?? whole.length)
  })
