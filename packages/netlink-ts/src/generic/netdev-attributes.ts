import { u32, u64 } from '../wire/codecs.ts'
import { AttributeTable } from '../wire/table.ts'

export interface NetdevAttributes {
  index?: number
  xdpFeatures?: bigint
}

export const netdevAttributes: AttributeTable<NetdevAttributes> = new AttributeTable<NetdevAttributes>({
  index: [1, 'NETDEV_A_DEV_IFINDEX', u32],
  xdpFeatures: [3, 'NETDEV_A_DEV_XDP_FEATURES', u64],
})
