import type { Explanation } from '@skep/device-detect'
import type { Link } from 'netlink-ts'

/** As `struct layer_tag` has it; both 0: no tag. */
export interface LayerTag {
  readonly protocol: number
  readonly id: number
}

/** Frames that come by a port with this outermost tag belong to a device, and leave by `base` when they go back by the port. */
export interface Arrival {
  readonly port: number
  readonly tag: LayerTag
  readonly device: number
  readonly base: number
}

/** Frames for a device leave by `base`, with this tag. */
export interface Departure {
  readonly device: number
  readonly tag: LayerTag
  readonly base: number
}

/** Devices above others, as the datapath is told of them. */
export interface Layers {
  readonly arrivals: readonly Arrival[]
  readonly departures: readonly Departure[]
  /** VLAN devices whose packets the program meets on the device below. */
  readonly carried: readonly string[]
}

export type LinkFacts = Pick<Link, 'index' | 'name' | 'kind' | 'up' | 'master' | 'link' | 'linkNetnsid' | 'vlan'>

const NO_TAG: LayerTag = { protocol: 0, id: 0 }
const PROTOCOLS: Readonly<Record<string, number>> = { '802.1Q': 0x8100, '802.1ad': 0x88a8 }

/**
 * Who is above whom, of a host's devices. `chosen`: the indexes of those that carry the program. A VLAN device above one of
 * them is carried by it, if routes lead out of it and `spec.devices` does not leave it out by name.
 */
export function planLayers(
  links: readonly LinkFacts[],
  chosen: readonly number[],
  explanations: readonly Pick<Explanation, 'index' | 'rule' | 'routes'>[],
): Layers {
  const byIndex = new Map(links.map((link) => [link.index, link]))
  const explained = new Map(explanations.map((one) => [one.index, one]))
  const isWanted = ({ index }: LinkFacts): boolean => {
    const { rule, routes } = explained.get(index) ?? { rule: 'excluded', routes: [] }
    return rule !== 'excluded' && routes.length > 0
  }
  const vlans = links.filter((link) => isVlan(link, byIndex))
  const carried = vlans.filter((link) => chosen.includes(link.link!) && isWanted(link))
  return {
    arrivals: chosen.flatMap((base) => arrivalsBy(base, byIndex, carried)),
    departures: vlans.map((link) => ({ device: link.index, tag: tagOf(link), base: link.link! })),
    carried: carried.map(({ name }) => name),
  }
}

/** One that frames leave by with one tag: over no other VLAN device, and no bridge's port. */
function isVlan({ kind, up, link, linkNetnsid, master }: LinkFacts, byIndex: ReadonlyMap<number, LinkFacts>): boolean {
  if (kind !== 'vlan' || !up || link === undefined || linkNetnsid !== undefined) return false
  const [below, above] = [byIndex.get(link), master === undefined ? undefined : byIndex.get(master)]
  return below !== undefined && below.kind !== 'vlan' && (master === undefined || above?.kind === 'vrf')
}

function arrivalsBy(base: number, byIndex: ReadonlyMap<number, LinkFacts>, carried: readonly LinkFacts[]): Arrival[] {
  const members = membersOf(base, byIndex)
  const above = carried.filter(({ link }) => link === base)
  const tagged = (port: number): Arrival[] =>
    above.map((link) => ({ port, tag: tagOf(link), device: link.index, base }))
  return [...members.map((port) => ({ port, tag: NO_TAG, device: base, base })), ...[base, ...members].flatMap(tagged)]
}

/** XDP on a bond runs on its members, and says their index. */
function membersOf(index: number, byIndex: ReadonlyMap<number, LinkFacts>): number[] {
  if (byIndex.get(index)?.kind !== 'bond') return []
  return [...byIndex.values()].filter(({ master }) => master === index).map((link) => link.index)
}

function tagOf({ vlan }: LinkFacts): LayerTag {
  const { id = 0, protocol = '802.1Q' } = vlan ?? {}
  return { protocol: typeof protocol === 'number' ? protocol : PROTOCOLS[protocol]!, id }
}
