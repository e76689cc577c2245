import { type Link, NetlinkError, openEthtool } from 'netlink-ts'
import type { Arrival } from '@skep/lb-engine'

/**
 * Warnings about cards that take tags off frames, which XDP in their driver never sees then. `strips`: whether a card
 * does, by its name; virtual devices do not count.
 */
export function vlanTagWarnings(
  links: readonly Pick<Link, 'index' | 'name' | 'kind'>[],
  arrivals: readonly Arrival[],
  strips: (device: string) => boolean = stripsTags,
): string[] {
  const tagged = new Set(arrivals.flatMap(({ port, tag }) => (tag.protocol === 0 ? [] : [port])))
  return links
    .filter(({ index, kind, name }) => tagged.has(index) && kind === undefined && strips(name))
    .map(
      ({ name }) =>
        `${name} takes VLAN tags off frames before XDP in its driver sees them, so packets to services look untagged there: ethtool -K ${name} rxvlan off`,
    )
}

function stripsTags(device: string): boolean {
  try {
    using ethtool = openEthtool()
    return ethtool.features(device).has('rx-vlan-hw-parse')
  } catch (error) {
    // In a kernel without ethtool's netlink there is nothing to say.
    if (error instanceof NetlinkError) return false
    throw error
  }
}
