/** Address families by the names that everything here uses. */
export type Family = 'ipv4' | 'ipv6'

export const AF_UNSPEC = 0
export const AF_BRIDGE = 7

export const families: Readonly<Record<Family, number>> = { ipv4: 2, ipv6: 10 }

export function familyName(number: number): Family {
  return number === families.ipv6 ? 'ipv6' : 'ipv4'
}

/** The number of an address's family, 4 or 6. */
export function familyOf(address: { readonly family: 4 | 6 }): number {
  return address.family === 4 ? families.ipv4 : families.ipv6
}

export function isInternet(number: number): boolean {
  return number === families.ipv4 || number === families.ipv6
}
