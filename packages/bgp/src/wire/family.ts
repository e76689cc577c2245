/** Address families that are spoken: unicast of each (AFI 1 and 2, SAFI 1). */
export type Family = 'ipv4' | 'ipv6'

export const families: readonly Family[] = ['ipv4', 'ipv6']

export const UNICAST = 1

/** An address family as it stands in messages; there are more than we speak. */
export interface AfiSafi {
  readonly afi: number
  readonly safi: number
}

export function afiOf(family: Family): number {
  return family === 'ipv4' ? 1 : 2
}

/** The family of AFI and SAFI, or `undefined` for one that we do not speak. */
export function familyOf(afi: number, safi: number): Family | undefined {
  if (safi !== UNICAST) return undefined
  return afi === 1 ? 'ipv4' : afi === 2 ? 'ipv6' : undefined
}

/** How many bits an address of the family has. */
export function widthOf(family: Family): number {
  return family === 'ipv4' ? 32 : 128
}
