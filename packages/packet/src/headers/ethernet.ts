import { formatMac, parseMac } from '../address/mac.ts'
import { u16 } from '../bytes/reader.ts'
import { HeaderWriter } from '../bytes/writer.ts'
import { byEtherType } from '../dispatch.ts'
import type { Fields, Header, Spec } from '../header.ts'
import { hasRoom, nextNumber } from '../header.ts'

/** An Ethernet II header. */
export interface Ethernet {
  readonly kind: 'ethernet'
  readonly dst: string
  readonly src: string
  /** EtherType; below 0x600 the length of an 802.3 frame. */
  readonly type: number
}

export type EthernetSpec = Spec<Ethernet>

/** An Ethernet header; addresses default to zero, the type to what follows. */
export function ethernet(fields: Fields<Ethernet> = {}): EthernetSpec {
  return { kind: 'ethernet', ...fields }
}

const zero = '00:00:00:00:00:00'

export const ethernetHeader: Header<EthernetSpec, Ethernet> = {
  size: () => 14,

  write(layer, place) {
    new HeaderWriter(place.bytes, place.start, 'ethernet')
      .parsed('dst', layer.dst ?? zero, parseMac)
      .parsed('src', layer.src ?? zero, parseMac)
      .u16('type', nextNumber('ethernet.type', layer.type, place.next?.etherType))
  },

  read(place) {
    if (!hasRoom(place, 14)) return undefined
    const { bytes, start } = place
    const type = u16(bytes, start + 12)
    const dst = formatMac(bytes.subarray(start, start + 6))
    const src = formatMac(bytes.subarray(start + 6, start + 12))
    return { layer: { kind: 'ethernet', dst, src, type }, size: 14, next: byEtherType.get(type), etherType: type }
  },
}
