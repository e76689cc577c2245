import { formatIpv6, parseIpv6 } from '../address/ipv6.ts'
import { u16, u32 } from '../bytes/reader.ts'
import { checkTransportChecksum, writeTransportChecksum } from '../bytes/transport-checksum.ts'
import { HeaderWriter } from '../bytes/writer.ts'
import type { Fields, Header, ReadPlace, Spec } from '../header.ts'
import { hasRoom } from '../header.ts'
import { IpProtocol } from '../protocols.ts'
import type { WordLayout } from './icmp-word.ts'
import { idAndSequence, packWord, unpackWord } from './icmp-word.ts'
import type { NeighborOption } from './neighbor-options.ts'
import { neighborOptionsSize, readNeighborOptions, writeNeighborOption } from './neighbor-options.ts'

/** ICMPv6 types (RFC 4443, 4861, 3810). */
export const Icmpv6Type = {
  unreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
  redirect: 137,
  listenerReportV2: 143,
} as const

/** Codes of `Icmpv6Type.unreachable`. */
export const Icmpv6Unreachable = {
  noRoute: 0,
  prohibited: 1,
  beyondScope: 2,
  address: 3,
  port: 4,
  failedPolicy: 5,
  rejectRoute: 6,
} as const

/** An ICMPv6 header (RFC 4443), for neighbour discovery with its body; what an error quotes is the payload. */
export interface Icmpv6 {
  readonly kind: 'icmpv6'
  readonly type: number
  readonly code: number
  readonly checksum: number
  /** The second 32-bit word; the fields below up to `override` are laid over it. */
  readonly rest: number
  /** Echo. */
  readonly id?: number
  /** Echo. */
  readonly sequence?: number
  /** Packet too big: the next hop's MTU in bytes. */
  readonly mtu?: number
  /** Parameter problem: the offending byte. */
  readonly pointer?: number
  /** Neighbour advertisement: the sender is a router. */
  readonly router?: boolean
  /** Neighbour advertisement: it answers a solicitation. */
  readonly solicited?: boolean
  /** Neighbour advertisement: it replaces what is cached. */
  readonly override?: boolean
  /** Neighbour solicitation and advertisement: whose link-layer address. */
  readonly target?: string
  /** Neighbour solicitation and advertisement, router solicitation. */
  readonly options?: readonly NeighborOption[]
}

export type Icmpv6Spec = Spec<Icmpv6, 'type'>

/** An ICMPv6 header; code 0, checksum filled in unless given. */
export function icmpv6(fields: Fields<Icmpv6, 'type'>): Icmpv6Spec {
  return { kind: 'icmpv6', ...fields }
}

export const icmpv6Header: Header<Icmpv6Spec, Icmpv6> = {
  size: (layer) => 8 + (layer.target === undefined ? 0 : 16) + neighborOptionsSize(layer.options ?? []),

  write(layer, place) {
    const writer = new HeaderWriter(place.bytes, place.start, 'icmpv6')
      .u8('type', layer.type)
      .u8('code', layer.code ?? 0)
      .u16('checksum', 0)
      .u32('rest', secondWord(layer))
    if (layer.target !== undefined) writer.parsed('target', layer.target, parseIpv6)
    for (const option of layer.options ?? []) writeNeighborOption(option, writer)
    writeTransportChecksum('icmpv6', place, 2, IpProtocol.icmpv6, layer.checksum)
  },

  read(place) {
    if (!hasRoom(place, 8)) return undefined
    const { bytes, start } = place
    const [type, rest] = [bytes[start]!, u32(bytes, start + 4)]
    checkTransportChecksum(place, 2, IpProtocol.icmpv6)
    const body = readBody(type, place)
    const fixed = { kind: 'icmpv6', type, code: bytes[start + 1]!, checksum: u16(bytes, start + 2), rest } as const
    return { layer: { ...fixed, ...unpackWord(layouts.get(type) ?? {}, rest), ...body.fields }, size: body.end - start }
  },
}

const layouts = new Map<number, WordLayout>([
  [Icmpv6Type.packetTooBig, { mtu: [0, 32] }],
  [Icmpv6Type.parameterProblem, { pointer: [0, 32] }],
  [Icmpv6Type.echoRequest, idAndSequence],
  [Icmpv6Type.echoReply, idAndSequence],
  [Icmpv6Type.neighborAdvertisement, { router: [31, 1], solicited: [30, 1], override: [29, 1] }],
])

function secondWord(layer: Icmpv6Spec): number {
  const { type, rest = 0, id, sequence, mtu, pointer, router, solicited, override } = layer
  const values = { id, sequence, mtu, pointer, router, solicited, override }
  return packWord('icmpv6', `type ${type}`, layouts.get(type) ?? {}, rest, values)
}

interface Body {
  readonly fields: Pick<Icmpv6, 'target' | 'options'>
  readonly end: number
}

function readBody(type: number, place: ReadPlace): Body {
  const start = place.start + 8
  if (type === Icmpv6Type.routerSolicitation) return readOptions(place, start)
  if (type !== Icmpv6Type.neighborSolicitation && type !== Icmpv6Type.neighborAdvertisement)
    return { fields: {}, end: start }
  if (!hasRoom(place, 24)) return { fields: {}, end: start }
  const { fields, end } = readOptions(place, start + 16)
  return { fields: { target: formatIpv6(place.bytes, start), ...fields }, end }
}

function readOptions(place: ReadPlace, start: number): Body {
  const { options, end } = readNeighborOptions(place, start)
  return { fields: options.length > 0 ? { options } : {}, end }
}
