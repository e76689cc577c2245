import { u16 } from '../bytes/reader.ts'
import { HeaderWriter } from '../bytes/writer.ts'
import { byEtherType } from '../dispatch.ts'
import type { Fields, Header, Spec } from '../header.ts'
import { hasRoom, nextNumber } from '../header.ts'
import { EtherType } from '../protocols.ts'

/** An 802.1Q or 802.1ad tag. */
export interface Vlan {
  readonly kind: 'vlan'
  /** `EtherType.vlan`, or `EtherType.serviceVlan` for the outer tag of 802.1ad; it stands in the header before. */
  readonly tpid: number
  /** 0–4095. */
  readonly id: number
  /** Priority code point, 0–7. */
  readonly priority: number
  readonly dropEligible: boolean
  readonly type: number
}

export type VlanSpec = Spec<Vlan, 'id'>

/** A VLAN tag; the tag type defaults to 802.1Q, the type to what follows. */
export function vlan(fields: Fields<Vlan, 'id'>): VlanSpec {
  return { kind: 'vlan', ...fields }
}

export const vlanHeader: Header<VlanSpec, Vlan> = {
  size: () => 4,

  write(layer, place) {
    new HeaderWriter(place.bytes, place.start, 'vlan')
      .bits(
        ['priority', 3, layer.priority ?? 0],
        ['dropEligible', 1, Number(layer.dropEligible ?? false)],
        ['id', 12, layer.id],
      )
      .u16('type', nextNumber('vlan.type', layer.type, place.next?.etherType))
  },

  read(place) {
    if (!hasRoom(place, 4)) return undefined
    const tag = u16(place.bytes, place.start)
    const type = u16(place.bytes, place.start + 2)
    const layer: Vlan = {
      kind: 'vlan',
      tpid: place.etherType ?? EtherType.vlan,
      id: tag & 0xfff,
      priority: tag >>> 13,
      dropEligible: (tag & 0x1000) !== 0,
      type,
    }
    return { layer, size: 4, next: byEtherType.get(type), etherType: type }
  },
}
