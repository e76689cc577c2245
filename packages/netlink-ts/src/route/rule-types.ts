import type { Family } from './families.ts'
import type { RouteProtocol, RouteTable } from './route-types.ts'

/** `FR_ACT_*`, by the names of `ip rule`. */
export const ruleActions = {
  table: 1,
  goto: 2,
  nop: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
} as const

export type RuleAction = keyof typeof ruleActions

/** `FIB_RULE_*`; `invert` (`not`) is an option of its own. */
export const ruleFlags = {
  permanent: 0x1,
  unresolved: 0x4,
  iif_detached: 0x8,
  oif_detached: 0x10,
} as const

export type RuleFlag = keyof typeof ruleFlags

/** First and last, both included. */
export type Range = readonly [first: number, last: number]

/** What a packet must be like. */
export interface RuleSelector {
  /** `10.0.0.0/8`, or an address. All when left out. */
  readonly from?: string
  readonly to?: string
  readonly fwmark?: number
  /** The bits of the mark that count; all when left out. */
  readonly fwmask?: number
  /** The device's name; it need not be there. */
  readonly iif?: string
  readonly oif?: string
  readonly tos?: number
  /** IP protocol number (since 4.17). */
  readonly ipProtocol?: number
  /** Since 4.17. */
  readonly sourcePorts?: Range
  readonly destinationPorts?: Range
  readonly uidRange?: Range
  /** The device's VRF says which table (`l3mdev`). */
  readonly l3mdev?: boolean
}

/** A routing policy rule, as `ip rule show` knows it. */
export interface Rule extends RuleSelector {
  readonly family: Family
  readonly priority: number
  /** Matches what is not as described (`not`). */
  readonly invert: boolean
  readonly action: RuleAction | number
  /** For `action: 'table'`. */
  readonly table?: number
  /** The priority to go on at, for `action: 'goto'`. */
  readonly goto?: number
  /** Routes with a prefix this short or shorter do not count. */
  readonly suppressPrefixLength?: number
  readonly suppressDeviceGroup?: number
  readonly protocol?: RouteProtocol | number
  readonly flags: readonly RuleFlag[]
}

export interface RuleAdd extends RuleSelector {
  /** When neither `from` nor `to` says; default `ipv4`. */
  readonly family?: Family
  /** The smaller, the earlier. The kernel puts it before the first one it has when left out. */
  readonly priority?: number
  readonly invert?: boolean
  /** Default `table`. */
  readonly action?: RuleAction
  /** Default `main`. */
  readonly table?: RouteTable | number
  readonly goto?: number
  readonly suppressPrefixLength?: number
  readonly suppressDeviceGroup?: number
  readonly protocol?: RouteProtocol | number
}

export interface RuleListOptions {
  readonly family?: Family
}
