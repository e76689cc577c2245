import { address, bool, deviceName, ranged, s32, u32, u8 } from '../wire/codecs.ts'
import type { AttributeCodec } from '../wire/table.ts'
import { AttributeTable } from '../wire/table.ts'
import type { Range } from './rule-types.ts'

/** Size of `struct fib_rule_hdr`. */
export const FIB_RULE_HDR = 12

export interface RuleAttributes {
  to?: string
  from?: string
  iif?: string
  goto?: number
  priority?: number
  fwmark?: number
  suppressDeviceGroup?: number
  suppressPrefixLength?: number
  table?: number
  fwmask?: number
  oif?: string
  l3mdev?: boolean
  uidRange?: Range
  protocol?: number
  ipProtocol?: number
  sourcePorts?: Range
  destinationPorts?: Range
}

function range(size: 2 | 4): AttributeCodec<Range> {
  const max = 2 ** (8 * size) - 1
  return {
    encode: (to, [first, last]) => void (size === 2 ? to.u16(first).u16(last) : to.u32(first).u32(last)),
    decode(from) {
      const view = from.view()
      if (view.byteLength >= 2 * size)
        return size === 2
          ? [view.getUint16(0, true), view.getUint16(2, true)]
          : [view.getUint32(0, true), view.getUint32(4, true)]
      from.fail(`a range of ${view.byteLength} bytes, expected ${2 * size}`)
      return [0, 0]
    },
    expects: (value) => (isRange(value, max) ? undefined : `[first, last], each from 0 to ${max}`),
  }
}

function isRange(value: unknown, max: number): boolean {
  if (!Array.isArray(value) || value.length !== 2 || !value.every((each) => Number.isInteger(each))) return false
  const [first, last] = value as [number, number]
  return first >= 0 && first <= last && last <= max
}

export const ruleAttributes: AttributeTable<RuleAttributes> = new AttributeTable<RuleAttributes>({
  to: [1, 'FRA_DST', address],
  from: [2, 'FRA_SRC', address],
  iif: [3, 'FRA_IIFNAME', deviceName],
  goto: [4, 'FRA_GOTO', u32],
  priority: [6, 'FRA_PRIORITY', u32],
  fwmark: [10, 'FRA_FWMARK', u32],
  suppressDeviceGroup: [13, 'FRA_SUPPRESS_IFGROUP', s32],
  suppressPrefixLength: [14, 'FRA_SUPPRESS_PREFIXLEN', ranged(s32, -1, 128)],
  table: [15, 'FRA_TABLE', u32],
  fwmask: [16, 'FRA_FWMASK', u32],
  oif: [17, 'FRA_OIFNAME', deviceName],
  l3mdev: [19, 'FRA_L3MDEV', bool],
  uidRange: [20, 'FRA_UID_RANGE', range(4)],
  protocol: [21, 'FRA_PROTOCOL', u8],
  ipProtocol: [22, 'FRA_IP_PROTO', u8],
  sourcePorts: [23, 'FRA_SPORT_RANGE', range(2)],
  destinationPorts: [24, 'FRA_DPORT_RANGE', range(2)],
})
