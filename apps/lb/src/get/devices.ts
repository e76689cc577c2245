import { assignRoles, type Explanation, readSnapshot } from '@skep/device-detect'
import { type Link, openNetlink } from 'netlink-ts'
import {
  type DeviceStatus,
  explainSender,
  planLayers,
  readDevices,
  readFeatures,
  selectDevices,
  type SenderExplanation,
} from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { lastConfig } from '../status/last-config.ts'
import type { Column } from './format.ts'

/** A device of the host, or one that the program should be on, as `skep-lb get devices` shows it. */
export interface DeviceRow {
  readonly name: string
  /** `null`: the program is not meant to be there. */
  readonly mode: 'native' | 'generic' | 'tc' | null
  /** Whether the program is on it. False where it should be: the device has gone, or refuses the program. */
  readonly attached: boolean
  /** Why it is not native where native was asked for, why it is not attached where it should be, or why it need not be. */
  readonly reason: string | null
  /** Whether spec.devices chooses it now; `null`: that is not known. */
  readonly chosen: boolean | null
  /** Why it is chosen, or the rule that leaves it out. */
  readonly why: string | null
  /** `direct routing`: by the best default route; `IPv6 multicast`. */
  readonly roles: readonly string[]
  /** Whether XDP may redirect to it; what it may not, the kernel forwards. `null`: it is not there. */
  readonly sends: boolean | null
  readonly sendsWhy: string | null
  readonly index: number | null
  readonly state: string | null
  readonly mtu: number | null
  readonly addresses: readonly string[]
}

export const deviceColumns: readonly Column<DeviceRow>[] = [
  { title: 'DEVICE', of: ({ name }) => name },
  { title: 'MODE', of: ({ mode, attached }) => (mode === null || attached ? mode : 'gone') },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'SENDS', of: ({ sends }) => (sends === null ? null : sends ? 'yes' : 'no') },
  { title: 'CHOSEN', of: ({ chosen }) => (chosen === null ? null : chosen ? 'yes' : 'no') },
  { title: 'WHY', of: ({ why }) => why },
  { title: 'REASON', of: ({ reason }) => reason },
  { title: 'ROLES', of: ({ roles }) => roles.join(', ') || null, wide: true },
  { title: 'SENDS BECAUSE', of: ({ sendsWhy }) => sendsWhy, wide: true },
  { title: 'INDEX', of: ({ index }) => index, wide: true },
  { title: 'MTU', of: ({ mtu }) => mtu, wide: true },
  { title: 'ADDRESSES', of: ({ addresses }) => addresses.join(','), wide: true },
]

/** The devices of an instance, then the others of the host. */
export function deviceRows(paths: InstancePaths): DeviceRow[] {
  using netlink = openNetlink()
  const snapshot = readSnapshot(netlink)
  const all = [...netlink.link.list({ statistics: false })]
  const links = new Map(all.map((link) => [link.name, link]))
  const entries = lastConfig(paths)?.devices
  const selected = entries && selectDevices(entries, snapshot)
  const { explanations = [] } = selected ?? {}
  const roles = selected && assignRoles(snapshot, selected)
  const why = new Map(explanations.map((one) => [one.device, one]))
  const own = readDevices(paths)
  const others = [...links.keys()].filter((name) => own.every((one) => one.name !== name))
  const carried = carriedBy(all, own, explanations)
  const world = { features: readFeatures(), isGeneric: own.length > 0 && own.every(({ mode }) => mode !== 'native') }
  const reasonOf = (name: string) => (carried.has(name) ? { reason: carried.get(name) } : {})
  return [...own, ...others.map((name) => ({ name, mode: null, attached: false, ...reasonOf(name) }))].map((device) => {
    const { name, mode, attached, reason = null } = { reason: undefined, ...device }
    const link = attached || mode === null || why.get(name)?.chosen ? links.get(name) : undefined
    return {
      name,
      mode,
      attached,
      reason,
      ...choiceOf(why.get(name), attached),
      roles: [
        ...(roles?.directRouting.device === name ? ['direct routing'] : []),
        ...(roles?.ipv6Multicast.device === name ? ['IPv6 multicast'] : []),
      ],
      ...sendingOf(link && explainSender(link, world)),
      index: link?.index ?? null,
      state: link === undefined ? null : String(link.operState ?? 'unknown'),
      mtu: link?.mtu ?? null,
      addresses: snapshot.addresses.filter(({ index }) => index === link?.index).map(({ address }) => address),
    }
  })
}

/** VLAN devices without a program of their own that need none, with the reason. */
function carriedBy(
  links: readonly Link[],
  own: readonly DeviceStatus[],
  explanations: readonly Explanation[],
): ReadonlyMap<string, string> {
  const byIndex = new Map(links.map((link) => [link.index, link]))
  const bases = links.filter(({ name }) =>
    own.some((one) => one.name === name && one.attached && one.mode !== 'generic'),
  )
  const { carried } = planLayers(
    links,
    bases.map(({ index }) => index),
    explanations,
  )
  return new Map(
    links.flatMap(({ name, link }) =>
      carried.includes(name) ? [[name, `its packets meet the program on ${byIndex.get(link!)?.name}`] as const] : [],
    ),
  )
}

function sendingOf(explained?: SenderExplanation): Pick<DeviceRow, 'sends' | 'sendsWhy'> {
  return { sends: explained?.sends ?? null, sendsWhy: explained?.why ?? null }
}

function choiceOf(explanation: Explanation | undefined, attached: boolean): Pick<DeviceRow, 'chosen' | 'why'> {
  if (explanation === undefined) return { chosen: null, why: null }
  const { chosen, why } = explanation
  return { chosen, why: attached && !chosen ? `${why}; if that stays so, the program is taken off` : why }
}
