import type { Link } from 'netlink-ts'

/** Where the routes of devices are: the index of a VRF, or `undefined` for the tables that all others have. */
export type RouteDomain = number | undefined

/**
 * The domains that devices (by index) belong to: those of no VRF first, then each VRF. The datapath asks for the route of a packet in the
 * domain of the device that it has come in by.
 */
export function domainsOf(
  links: Iterable<Pick<Link, 'index' | 'kind' | 'master'>>,
  devices: readonly number[],
): readonly RouteDomain[] {
  const byIndex = new Map([...links].map((link) => [link.index, link]))
  const vrfOf = (index: number): RouteDomain => {
    const master = byIndex.get(index)?.master
    return master !== undefined && byIndex.get(master)?.kind === 'vrf' ? master : undefined
  }
  const domains = new Set(devices.map(vrfOf))
  const vrfs = [...domains].filter((domain) => domain !== undefined).toSorted((a, b) => a - b)
  return vrfs.length === 0 || domains.has(undefined) ? [undefined, ...vrfs] : vrfs
}

/** The same by the devices' names. */
export function domainsNamed(
  links: Iterable<Pick<Link, 'index' | 'name' | 'kind' | 'master'>>,
  names: readonly string[],
): readonly RouteDomain[] {
  const all = [...links]
  return domainsOf(
    all,
    all.flatMap(({ index, name }) => (names.includes(name) ? [index] : [])),
  )
}
