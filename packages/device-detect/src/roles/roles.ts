import { compareAddresses, tryParseAddress } from '@skep/packet'
import type { Detection } from '../detect/types.ts'
import { DetectError } from '../error.ts'
import { matches } from '../selection/match.ts'
import type { LinkFacts, RouteSummary, Snapshot } from '../snapshot/types.ts'
import type { Role, RoleOptions, Roles } from './types.ts'

/**
 * Chooses the devices with a task of their own, as Cilium 1.11 does, and adds them to the others. Where 1.11 ends with
 * an error (several devices, none with the node's address) the best default route decides here. Pure.
 */
export function assignRoles(snapshot: Snapshot, detection: Detection, options: RoleOptions = {}): Roles {
  const node = nodeLink(snapshot, options.nodeAddresses ?? [])
  const directRouting = directRoutingRole(snapshot, detection, node, options.directRoutingDevice)
  const ipv6Multicast = multicastRole(snapshot, node, directRouting.device, options.ipv6MulticastDevice)
  const added = [directRouting.device, node?.link.name, ipv6Multicast.device].filter((name) => name !== undefined)
  const all = new Set([...detection.devices, ...added])
  const devices = snapshot.links
    .toSorted((a, b) => a.index - b.index)
    .flatMap(({ name }) => (all.has(name) ? [name] : []))
  return { directRouting, ipv6Multicast, devices }
}

interface NodeLink {
  readonly link: LinkFacts
  readonly address: string
}

/** The device that has the first of the addresses that any has. */
function nodeLink({ links, addresses }: Snapshot, wanted: readonly string[]): NodeLink | undefined {
  for (const address of wanted) {
    const parsed = tryParseAddress(address)
    if (parsed === undefined) throw new DetectError('INVALID_INPUT', 'nodeAddresses', `"${address}" is not an address`)
    const found = addresses.find((one) => {
      const own = tryParseAddress(one.address.split('/')[0]!)
      return own !== undefined && compareAddresses(own, parsed) === 0
    })
    const link = found && links.find(({ index }) => index === found.index)
    if (link) return { link, address }
  }
  return undefined
}

function directRoutingRole(
  { links, routes }: Snapshot,
  { devices }: Detection,
  node: NodeLink | undefined,
  wanted: string | undefined,
): Role {
  if (wanted !== undefined) return namedRole(links, wanted)
  const candidates = new Set([...devices, ...(node ? [node.link.name] : [])])
  const [only] = candidates
  if (only !== undefined && candidates.size === 1) return { device: only, why: 'it is the only device' }
  if (node) return { device: node.link.name, why: `it has the node's address ${node.address}` }
  const best = bestDefault(
    links.filter(({ name }) => candidates.has(name)),
    routes,
  )
  if (best) return { device: best.name, why: 'it has the best default route, and the address of the node is not known' }
  if (only === undefined) return { why: 'there is no device; name one' }
  return { why: `any of ${[...candidates].join(', ')} may be it, and none has the node's address; name one` }
}

function multicastRole(
  { links }: Snapshot,
  node: NodeLink | undefined,
  directRouting: string | undefined,
  wanted: string | undefined,
): Role {
  if (wanted !== undefined) return namedRole(links, wanted)
  const link = node?.link ?? links.find(({ name }) => name === directRouting)
  if (link === undefined) return { why: 'the device with the address of the node is not known; name one' }
  if (!link.flags.includes('MULTICAST')) return { why: `${link.name} takes no multicast; name another` }
  const reason = node ? `it has the node's address ${node.address}` : 'it is the device of direct routing'
  return { device: link.name, why: `${reason}, and takes multicast` }
}

/** By name, or the first that a glob matches. */
function namedRole(links: readonly LinkFacts[], wanted: string): Role {
  const link = links.find((one) => matches(one, wanted))
  return link ? { device: link.name, why: 'it is named' } : { why: `"${wanted}": no such device` }
}

/** IPv4 before IPv6, the main table before others, then by metric. */
function bestDefault(links: readonly LinkFacts[], routes: readonly RouteSummary[]): LinkFacts | undefined {
  const defaults = routes.filter((route) => route.default && links.some(({ index }) => index === route.index))
  const [best] = defaults.toSorted(
    (a, b) =>
      a.family.localeCompare(b.family) ||
      rank(a) - rank(b) ||
      a.default!.metric - b.default!.metric ||
      a.index - b.index,
  )
  return links.find(({ index }) => index === best?.index)
}

function rank({ default: way }: RouteSummary): number {
  return way?.table === 254 ? -1 : (way?.table ?? Infinity)
}
