import { u16 } from '../bytes/reader.ts'
import { checkTransportChecksum, writeTransportChecksum } from '../bytes/transport-checksum.ts'
import { HeaderWriter } from '../bytes/writer.ts'
import type { Fields, Header, ReadPlace, Spec } from '../header.ts'
import { hasRoom, noteCut } from '../header.ts'
import { IpProtocol } from '../protocols.ts'

/** A UDP header (RFC 768). */
export interface Udp {
  readonly kind: 'udp'
  readonly srcPort: number
  readonly dstPort: number
  /** Header and data, in bytes. */
  readonly length: number
  /** 0 over IPv4: none. */
  readonly checksum: number
}

export type UdpSpec = Spec<Udp, 'srcPort' | 'dstPort'>

/** A UDP header; length and checksum filled in unless given. */
export function udp(fields: Fields<Udp, 'srcPort' | 'dstPort'>): UdpSpec {
  return { kind: 'udp', ...fields }
}

export const udpHeader: Header<UdpSpec, Udp> = {
  size: () => 8,

  write(layer, place) {
    new HeaderWriter(place.bytes, place.start, 'udp')
      .u16('srcPort', layer.srcPort)
      .u16('dstPort', layer.dstPort)
      .u16('length', layer.length ?? place.end - place.start)
    writeTransportChecksum('udp', place, 6, IpProtocol.udp, layer.checksum)
    if (layer.checksum === undefined) avoidZero(place.bytes, place.start + 6)
  },

  read(place) {
    if (!hasRoom(place, 8)) return undefined
    const { bytes, start } = place
    const layer: Udp = {
      kind: 'udp',
      srcPort: u16(bytes, start),
      dstPort: u16(bytes, start + 2),
      length: u16(bytes, start + 4),
      checksum: u16(bytes, start + 6),
    }
    const end = start + layer.length
    if (layer.length < 8) place.trouble(`length is ${layer.length}, the least is 8`)
    else if (end > place.end) noteCut(place, `length is ${layer.length}, ${place.end - start} bytes are there`)
    else checkChecksum(layer, place, end)
    return { layer, size: 8, end: layer.length < 8 ? place.end : Math.min(end, place.end) }
  },
}

/** A checksum that comes out as zero is sent as ones, for zero says that there is none. */
function avoidZero(bytes: Uint8Array, at: number): void {
  if (u16(bytes, at) === 0) bytes.fill(0xff, at, at + 2)
}

function checkChecksum(layer: Udp, place: ReadPlace, end: number): void {
  if (layer.checksum !== 0) checkTransportChecksum(place, 6, IpProtocol.udp, end)
  else if (place.pseudo?.src.length === 16) place.trouble('checksum is 0x0000, over IPv6 there must be one')
}
