import { formatIpv4, ipv4Bytes, parseIpv4 } from '../address/ipv4.ts'
import { checksum } from '../bytes/checksum.ts'
import { u16, u32 } from '../bytes/reader.ts'
import { checkSum } from '../bytes/transport-checksum.ts'
import { HeaderWriter, parseField } from '../bytes/writer.ts'
import type { Fields, Header, Spec, WritePlace } from '../header.ts'
import { hasRoom } from '../header.ts'
import type { WordLayout } from './icmp-word.ts'
import { idAndSequence, packWord, unpackWord } from './icmp-word.ts'

/** ICMP types (RFC 792). */
export const Icmpv4Type = {
  echoReply: 0,
  unreachable: 3,
  redirect: 5,
  echoRequest: 8,
  timeExceeded: 11,
  parameterProblem: 12,
  timestamp: 13,
  timestampReply: 14,
} as const

/** Codes of `Icmpv4Type.unreachable`. */
export const Icmpv4Unreachable = {
  net: 0,
  host: 1,
  protocol: 2,
  port: 3,
  fragmentationNeeded: 4,
  sourceRouteFailed: 5,
  netProhibited: 9,
  hostProhibited: 10,
  adminProhibited: 13,
} as const

/** An ICMP header (RFC 792); what an error quotes is the payload. */
export interface Icmpv4 {
  readonly kind: 'icmpv4'
  readonly type: number
  readonly code: number
  readonly checksum: number
  /** The second 32-bit word; the fields below are laid over it. */
  readonly rest: number
  /** Echo and timestamp. */
  readonly id?: number
  /** Echo and timestamp. */
  readonly sequence?: number
  /** Unreachable, fragmentation needed: the next hop's MTU in bytes (RFC 1191). */
  readonly mtu?: number
  /** Redirect: the better router. */
  readonly gateway?: string
  /** Parameter problem: the offending byte. */
  readonly pointer?: number
}

export type Icmpv4Spec = Spec<Icmpv4, 'type'>

/** An ICMP header; code 0, checksum filled in unless given. */
export function icmpv4(fields: Fields<Icmpv4, 'type'>): Icmpv4Spec {
  return { kind: 'icmpv4', ...fields }
}

export const icmpv4Header: Header<Icmpv4Spec, Icmpv4> = {
  size: () => 8,

  write(layer, place) {
    new HeaderWriter(place.bytes, place.start, 'icmpv4')
      .u8('type', layer.type)
      .u8('code', layer.code ?? 0)
      .u16('checksum', layer.checksum ?? 0)
      .u32('rest', secondWord(layer))
    if (layer.checksum === undefined) writeChecksum(place)
  },

  read(place) {
    if (!hasRoom(place, 8)) return undefined
    const { bytes, start } = place
    const [type, code, rest] = [bytes[start]!, bytes[start + 1]!, u32(bytes, start + 4)]
    if (!place.partial) checkSum(place, 2, place.end)
    const { gateway, ...named } = unpackWord(layoutOf(type, code), rest)
    const redirect = gateway === undefined ? {} : { gateway: formatIpv4(Number(gateway)) }
    return {
      layer: { kind: 'icmpv4', type, code, checksum: u16(bytes, start + 2), rest, ...named, ...redirect },
      size: 8,
    }
  },
}

const layouts = new Map<number, WordLayout>([
  [Icmpv4Type.echoReply, idAndSequence],
  [Icmpv4Type.echoRequest, idAndSequence],
  [Icmpv4Type.timestamp, idAndSequence],
  [Icmpv4Type.timestampReply, idAndSequence],
  [Icmpv4Type.redirect, { gateway: [0, 32] }],
  [Icmpv4Type.parameterProblem, { pointer: [24, 8] }],
])

const fragmentationNeeded: WordLayout = { mtu: [0, 16] }

function layoutOf(type: number, code: number): WordLayout {
  if (type === Icmpv4Type.unreachable && code === Icmpv4Unreachable.fragmentationNeeded) return fragmentationNeeded
  return layouts.get(type) ?? {}
}

function secondWord({ type, code = 0, rest = 0, id, sequence, mtu, gateway, pointer }: Icmpv4Spec): number {
  const values = { id, sequence, mtu, gateway: gateway === undefined ? undefined : parseGateway(gateway), pointer }
  return packWord('icmpv4', `type ${type} code ${code}`, layoutOf(type, code), rest, values)
}

function parseGateway(text: string): number {
  return u32(
    parseField('icmpv4', 'gateway', text, (address) => ipv4Bytes(parseIpv4(address))),
    0,
  )
}

function writeChecksum({ bytes, start, end }: WritePlace): void {
  new HeaderWriter(bytes, start + 2, 'icmpv4').u16('checksum', checksum(bytes, start, end))
}
