import { formatIpv6, parseIpv6 } from '../address/ipv6.ts'
import { u16, u32 } from '../bytes/reader.ts'
import { HeaderWriter } from '../bytes/writer.ts'
import { byNextHeader } from '../dispatch.ts'
import type { Fields, Header, ReadPlace, Spec } from '../header.ts'
import { hasRoom, nextNumber, noteCut } from '../header.ts'

/** An IPv6 header (RFC 8200). */
export interface Ipv6 {
  readonly kind: 'ipv6'
  readonly version: number
  /** 0–63. */
  readonly dscp: number
  /** 0–3. */
  readonly ecn: number
  /** 20 bits. */
  readonly flowLabel: number
  /** What follows the 40 bytes of this header, in bytes. */
  readonly payloadLength: number
  readonly nextHeader: number
  readonly hopLimit: number
  readonly src: string
  readonly dst: string
}

export type Ipv6Spec = Spec<Ipv6, 'src' | 'dst'>

/** An IPv6 header: hop limit 64; length and next header filled in unless given. */
export function ipv6(fields: Fields<Ipv6, 'src' | 'dst'>): Ipv6Spec {
  return { kind: 'ipv6', ...fields }
}

export const ipv6Header: Header<Ipv6Spec, Ipv6> = {
  size: () => 40,

  write(layer, place) {
    new HeaderWriter(place.bytes, place.start, 'ipv6')
      .bits(
        ['version', 4, layer.version ?? 6],
        ['dscp', 6, layer.dscp ?? 0],
        ['ecn', 2, layer.ecn ?? 0],
        ['flowLabel', 20, layer.flowLabel ?? 0],
      )
      .u16('payloadLength', layer.payloadLength ?? place.end - place.start - 40)
      .u8('nextHeader', nextNumber('ipv6.nextHeader', layer.nextHeader, place.next?.protocol))
      .u8('hopLimit', layer.hopLimit ?? 64)
      .parsed('src', layer.src, parseIpv6)
      .parsed('dst', layer.dst, parseIpv6)
  },

  read(place) {
    if (!hasRoom(place, 40)) return undefined
    const layer = readFields(place)
    if (layer.version !== 6) {
      place.trouble(`version is ${layer.version}, should be 6`)
      return { layer, size: 40 }
    }
    const end = place.start + 40 + layer.payloadLength
    const there = place.end - place.start - 40
    if (end > place.end) noteCut(place, `payload length is ${layer.payloadLength}, ${there} bytes are there`)
    return {
      layer,
      size: 40,
      next: byNextHeader.get(layer.nextHeader),
      end: Math.min(end, place.end),
      partial: place.partial || end > place.end,
      pseudo: addresses(place),
    }
  },
}

function readFields({ bytes, start }: ReadPlace): Ipv6 {
  const first = u32(bytes, start)
  return {
    kind: 'ipv6',
    version: first >>> 28,
    dscp: (first >>> 22) & 0x3f,
    ecn: (first >>> 20) & 3,
    flowLabel: first & 0xfffff,
    payloadLength: u16(bytes, start + 4),
    nextHeader: bytes[start + 6]!,
    hopLimit: bytes[start + 7]!,
    src: formatIpv6(bytes, start + 8),
    dst: formatIpv6(bytes, start + 24),
  }
}

function addresses({ bytes, start }: ReadPlace): { src: Uint8Array; dst: Uint8Array } {
  return { src: bytes.subarray(start + 8, start + 24), dst: bytes.subarray(start + 24, start + 40) }
}
