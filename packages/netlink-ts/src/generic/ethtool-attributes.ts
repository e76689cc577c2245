import { flag, string, u32 } from '../wire/codecs.ts'
import { list, nested } from '../wire/nests.ts'
import { AttributeTable } from '../wire/table.ts'

export interface EthtoolHeader {
  index?: number
  name?: string
}

const header: AttributeTable<EthtoolHeader> = new AttributeTable<EthtoolHeader>({
  index: [1, 'ETHTOOL_A_HEADER_DEV_INDEX', u32],
  name: [2, 'ETHTOOL_A_HEADER_DEV_NAME', string],
})

/** A feature in a bitset: there with `value` is on, there without is off. */
export interface FeatureBit {
  index?: number
  name?: string
  value?: true
}

const bit: AttributeTable<FeatureBit> = new AttributeTable<FeatureBit>({
  index: [1, 'ETHTOOL_A_BITSET_BIT_INDEX', u32],
  name: [2, 'ETHTOOL_A_BITSET_BIT_NAME', string],
  value: [3, 'ETHTOOL_A_BITSET_BIT_VALUE', flag],
})

export interface FeatureBits {
  nomask?: true
  bits?: FeatureBit[]
}

const bitset: AttributeTable<FeatureBits> = new AttributeTable<FeatureBits>({
  nomask: [1, 'ETHTOOL_A_BITSET_NOMASK', flag],
  bits: [3, 'ETHTOOL_A_BITSET_BITS', list(1, 'ETHTOOL_A_BITSET_BITS_BIT', nested(bit))],
})

export interface FeaturesAttributes {
  header?: EthtoolHeader
  wanted?: FeatureBits
  active?: FeatureBits
}

export const featuresAttributes: AttributeTable<FeaturesAttributes> = new AttributeTable<FeaturesAttributes>({
  header: [1, 'ETHTOOL_A_FEATURES_HEADER', nested(header)],
  wanted: [3, 'ETHTOOL_A_FEATURES_WANTED', nested(bitset)],
  active: [4, 'ETHTOOL_A_FEATURES_ACTIVE', nested(bitset)],
})
