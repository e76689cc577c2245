import type { Family } from './families.ts'
import type { Scope } from './scopes.ts'

/** `IFA_F_*`, by the names of `ip address`. */
export const addressFlags = {
  secondary: 0x01,
  nodad: 0x02,
  optimistic: 0x04,
  dadfailed: 0x08,
  home: 0x10,
  deprecated: 0x20,
  tentative: 0x40,
  permanent: 0x80,
  mngtmpaddr: 0x100,
  noprefixroute: 0x200,
  autojoin: 0x400,
  'stable-privacy': 0x800,
} as const

export type AddressFlag = keyof typeof addressFlags

/** An address of a device, as `ip address show` knows it. */
export interface DeviceAddress {
  readonly index: number
  readonly family: Family
  /** With its prefix length: `10.0.0.1/24`. */
  readonly address: string
  /** The other end of a point-to-point link. */
  readonly peer?: string
  readonly broadcast?: string
  readonly scope: Scope | number
  readonly label?: string
  readonly flags: readonly AddressFlag[]
  /** Seconds left; absent for ever. */
  readonly preferredLifetime?: number
  readonly validLifetime?: number
  /** The metric of the prefix's route. */
  readonly metric?: number
}

export interface AddressKey {
  /** The device's name, or … */
  readonly device?: string
  /** … its index. */
  readonly index?: number
  /** With its prefix length: `10.0.0.1/24`; without, the whole address. */
  readonly address: string
  readonly peer?: string
}

export interface AddressAdd extends AddressKey {
  /** An IPv4 address, or `auto` for the subnet's last. Default none. */
  readonly broadcast?: string
  readonly scope?: Scope | number
  readonly label?: string
  /** `nodad`: usable at once, without duplicate address detection. */
  readonly flags?: readonly AddressFlag[]
  /** In seconds. */
  readonly preferredLifetime?: number
  readonly validLifetime?: number
  readonly metric?: number
}

export interface AddressListOptions {
  readonly device?: string
  readonly index?: number
  readonly family?: Family
}
