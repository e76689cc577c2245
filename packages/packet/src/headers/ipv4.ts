import { formatIpv4, ipv4Bytes, ipv4FromBytes, parseIpv4 } from '../address/ipv4.ts'
import { checksum } from '../bytes/checksum.ts'
import { u16 } from '../bytes/reader.ts'
import { checkSum } from '../bytes/transport-checksum.ts'
import { BuildError, HeaderWriter } from '../bytes/writer.ts'
import { byProtocol } from '../dispatch.ts'
import type { Fields, Header, ReadPlace, Reading, Spec, WritePlace } from '../header.ts'
import { hasRoom, nextNumber, noteCut } from '../header.ts'
import { fragmentUnits } from './fragment.ts'
import { ipv4OptionsSize, readIpv4Options, writeIpv4Options } from './ipv4-options.ts'
import type { TlvOptions } from './options.ts'

/** An IPv4 header (RFC 791). */
export interface Ipv4 {
  readonly kind: 'ipv4'
  readonly version: number
  /** Header length in 32-bit words. */
  readonly ihl: number
  /** 0–63. */
  readonly dscp: number
  /** 0–3. */
  readonly ecn: number
  /** Header and what it carries, in bytes. */
  readonly totalLength: number
  readonly id: number
  /** The flag bit that must be zero. */
  readonly reservedFlag: boolean
  readonly dontFragment: boolean
  readonly moreFragments: boolean
  /** In bytes: a multiple of 8. */
  readonly fragmentOffset: number
  readonly ttl: number
  /** IP protocol number. */
  readonly protocol: number
  readonly checksum: number
  readonly src: string
  readonly dst: string
  readonly options: TlvOptions
}

export type Ipv4Spec = Spec<Ipv4, 'src' | 'dst'>

/** An IPv4 header: TTL 64, no flags; lengths, protocol and checksum filled in unless given. */
export function ipv4(fields: Fields<Ipv4, 'src' | 'dst'>): Ipv4Spec {
  return { kind: 'ipv4', ...fields }
}

export const ipv4Header: Header<Ipv4Spec, Ipv4> = {
  size: (layer) => 20 + ipv4OptionsSize(layer.options ?? []),

  write(layer, place) {
    if (place.size > 60) throw new BuildError('INVALID_FIELD', 'ipv4.options', `take ${place.size - 20} bytes; 40 fit`)
    writeFields(layer, place)
    if (layer.checksum !== undefined) return
    const sum = checksum(place.bytes, place.start, place.start + place.size)
    new HeaderWriter(place.bytes, place.start + 10, 'ipv4').u16('checksum', sum)
  },

  read(place) {
    if (!hasRoom(place, 20)) return undefined
    const fixed = readFields(place)
    const size = headerSize(fixed, place)
    if (size === undefined) return { layer: fixed, size: 20 }
    const layer = { ...fixed, options: readIpv4Options(place, place.start + 20, place.start + size) }
    checkSum(place, 10, place.start + size)
    return { ...readExtent(layer, size, place), layer, size, pseudo: addresses(place) }
  },
}

function writeFields(layer: Ipv4Spec, place: WritePlace): void {
  const writer = new HeaderWriter(place.bytes, place.start, 'ipv4')
    .bits(['version', 4, layer.version ?? 4], ['ihl', 4, layer.ihl ?? place.size / 4])
    .bits(['dscp', 6, layer.dscp ?? 0], ['ecn', 2, layer.ecn ?? 0])
    .u16('totalLength', layer.totalLength ?? place.end - place.start)
    .u16('id', layer.id ?? 0)
    .bits(
      ['reservedFlag', 1, Number(layer.reservedFlag ?? false)],
      ['dontFragment', 1, Number(layer.dontFragment ?? false)],
      ['moreFragments', 1, Number(layer.moreFragments ?? false)],
      ['fragmentOffset / 8', 13, fragmentUnits('ipv4', layer.fragmentOffset ?? 0)],
    )
    .u8('ttl', layer.ttl ?? 64)
    .u8('protocol', nextNumber('ipv4.protocol', layer.protocol, place.next?.protocol))
    .u16('checksum', layer.checksum ?? 0)
    .parsed('src', layer.src, parse)
    .parsed('dst', layer.dst, parse)
  writeIpv4Options(layer.options ?? [], writer)
}

function readFields({ bytes, start }: ReadPlace): Ipv4 {
  const fragment = u16(bytes, start + 6)
  return {
    kind: 'ipv4',
    version: bytes[start]! >>> 4,
    ihl: bytes[start]! & 15,
    dscp: bytes[start + 1]! >>> 2,
    ecn: bytes[start + 1]! & 3,
    totalLength: u16(bytes, start + 2),
    id: u16(bytes, start + 4),
    reservedFlag: (fragment & 0x8000) !== 0,
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    ttl: bytes[start + 8]!,
    protocol: bytes[start + 9]!,
    checksum: u16(bytes, start + 10),
    src: formatIpv4(ipv4FromBytes(bytes, start + 12)),
    dst: formatIpv4(ipv4FromBytes(bytes, start + 16)),
    options: [],
  }
}

/** The whole header's length, or undefined when it cannot be read on. */
function headerSize(layer: Ipv4, place: ReadPlace): number | undefined {
  if (layer.version === 4 && layer.ihl >= 5) return hasRoom(place, layer.ihl * 4) ? layer.ihl * 4 : undefined
  place.trouble(
    layer.version === 4 ? `ihl is ${layer.ihl} words, the least is 5` : `version is ${layer.version}, should be 4`,
  )
  return undefined
}

function readExtent(layer: Ipv4, size: number, place: ReadPlace): Pick<Reading<Ipv4>, 'next' | 'end' | 'partial'> {
  if (layer.totalLength < size) {
    place.trouble(`total length is ${layer.totalLength}, the header alone takes ${size}`)
    return {}
  }
  const end = place.start + layer.totalLength
  if (end > place.end)
    noteCut(place, `total length is ${layer.totalLength}, ${place.end - place.start} bytes are there`)
  return {
    next: layer.fragmentOffset === 0 ? byProtocol.get(layer.protocol) : undefined,
    end: Math.min(end, place.end),
    partial: place.partial || end > place.end || layer.moreFragments,
  }
}

function addresses({ bytes, start }: ReadPlace): { src: Uint8Array; dst: Uint8Array } {
  return { src: bytes.subarray(start + 12, start + 16), dst: bytes.subarray(start + 16, start + 20) }
}

function parse(text: string): Uint8Array {
  return ipv4Bytes(parseIpv4(text))
}
