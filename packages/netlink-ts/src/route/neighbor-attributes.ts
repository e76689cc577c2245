import { address, be16, hardwareAddress, u16, u32, u8 } from '../wire/codecs.ts'
import type { AttributeCodec } from '../wire/table.ts'
import { AttributeTable } from '../wire/table.ts'

/** Size of `struct ndmsg`. */
export const NDMSG = 12

/** `struct nda_cacheinfo`: ages in 1/100 s. */
export interface NeighborAges {
  confirmed: number
  used: number
  updated: number
}

export interface NeighborAttributes {
  address?: string
  lladdr?: string
  ages?: NeighborAges
  probes?: number
  vlan?: number
  port?: number
  vni?: number
  index?: number
  master?: number
  protocol?: number
  nexthopId?: number
  extFlags?: number
}

const ages: AttributeCodec<NeighborAges> = {
  encode: (to, value) => void to.u32(value.confirmed).u32(value.used).u32(value.updated).u32(0),
  decode(from) {
    const view = from.view()
    if (view.byteLength >= 12)
      return { confirmed: view.getUint32(0, true), used: view.getUint32(4, true), updated: view.getUint32(8, true) }
    from.fail(`NDA_CACHEINFO has ${view.byteLength} bytes, expected 16`)
    return { confirmed: 0, used: 0, updated: 0 }
  },
}

export const neighborAttributes: AttributeTable<NeighborAttributes> = new AttributeTable<NeighborAttributes>({
  address: [1, 'NDA_DST', address],
  lladdr: [2, 'NDA_LLADDR', hardwareAddress],
  ages: [3, 'NDA_CACHEINFO', ages],
  probes: [4, 'NDA_PROBES', u32],
  vlan: [5, 'NDA_VLAN', u16],
  port: [6, 'NDA_PORT', be16],
  vni: [7, 'NDA_VNI', u32],
  index: [8, 'NDA_IFINDEX', u32],
  master: [9, 'NDA_MASTER', u32],
  protocol: [12, 'NDA_PROTOCOL', u8],
  nexthopId: [13, 'NDA_NH_ID', u32],
  extFlags: [15, 'NDA_FLAGS_EXT', u32],
})
