import { formatCidr } from '@skep/packet'
import { compareRoutes } from '../rib/decision.ts'
import { formatAttributes } from '../rib/format.ts'
import { type Labels, matches, matchesAny } from '../rib/selector.ts'
import type { RouteAttributes, Scope } from '../rib/route.ts'
import type { PeerConfig } from '../speaker/peer-config.ts'
import { peersOf } from './apply.ts'
import type { BgpConfig } from './model.ts'

/** What a new configuration would change. */
export interface ConfigDiff {
  readonly peers: readonly PeerChange[]
  readonly routes: readonly RouteChange[]
}

export interface PeerChange {
  readonly change: 'add' | 'remove' | 'restart'
  readonly peer: string
  /** Fields that are others; each has the session begin anew. */
  readonly fields: readonly string[]
}

/** What one peer would be told. */
export interface RouteChange {
  readonly change: 'announce' | 'withdraw' | 'change'
  readonly peer: string
  readonly prefix: string
  /** What the route would carry; for a withdrawal, what it carried. */
  readonly attributes: string
  readonly before?: string | undefined
}

const nothing: BgpConfig = { peers: [], pools: [], announcements: [] }

/** What would be told to whom, were `after` to take the place of `before` (absent: nothing). Both on this node. */
export function diffBgpConfig(before: BgpConfig | undefined, after: BgpConfig, nodeLabels: Labels): ConfigDiff {
  const [old, now] = [before ?? nothing, after].map(
    (config) => new Map(peersOf(config, nodeLabels).map((peer) => [peer.name, peer])),
  )
  const names = [...new Set([...old!.keys(), ...now!.keys()])].toSorted((a, b) => (a < b ? -1 : 1))
  return {
    peers: names.flatMap((name) => peerChange(name, old!.get(name), now!.get(name))),
    routes: names.flatMap((name) =>
      routeChanges(name, told(before ?? nothing, old!.get(name), nodeLabels), told(after, now!.get(name), nodeLabels)),
    ),
  }
}

/** One line a change: `+` comes, `-` goes, `~` changes. */
export function formatDiff({ peers, routes }: ConfigDiff): string[] {
  const signs = { add: '+', remove: '-', restart: '~', announce: '+', withdraw: '-', change: '~' } as const
  return [
    ...peers.map(
      ({ change, peer, fields }) =>
        `${signs[change]} peer ${peer}${fields.length > 0 ? `: its session begins anew (${fields.join(', ')})` : ''}`,
    ),
    ...routes.map(({ change, peer, prefix, attributes, before }) => {
      const carried = before === undefined ? attributes : `${before || 'as usual'} → ${attributes || 'as usual'}`
      return `${signs[change]} ${prefix} to ${peer}${carried === '' ? '' : `: ${carried}`}`
    }),
  ]
}

function peerChange(peer: string, before: PeerConfig | undefined, after: PeerConfig | undefined): PeerChange[] {
  if (before === undefined) return [{ change: 'add', peer, fields: [] }]
  if (after === undefined) return [{ change: 'remove', peer, fields: [] }]
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof PeerConfig>
  const fields = [...keys].filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
  return fields.length === 0 ? [] : [{ change: 'restart', peer, fields }]
}

function routeChanges(
  peer: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): RouteChange[] {
  const prefixes = [...new Set([...before.keys(), ...after.keys()])]
  return prefixes.flatMap((prefix): RouteChange[] => {
    const [was, is] = [before.get(prefix), after.get(prefix)]
    if (was === is) return []
    if (is === undefined) return [{ change: 'withdraw', peer, prefix, attributes: was! }]
    return [{ change: was === undefined ? 'announce' : 'change', peer, prefix, attributes: is, before: was }]
  })
}

/** What a peer is told by a configuration: prefixes with what they carry, the best where there are several. */
function told(
  { announcements }: BgpConfig,
  peer: PeerConfig | undefined,
  nodeLabels: Labels,
): ReadonlyMap<string, string> {
  const best = new Map<string, RouteAttributes>()
  if (peer === undefined) return new Map()
  for (const { prefixes, attributes = {}, scope = {} } of announcements) {
    if (!isFor(scope, peer, nodeLabels)) continue
    for (const prefix of prefixes) {
      const text = typeof prefix === 'string' ? prefix : formatCidr(prefix)
      const known = best.get(text)
      if (speaks(peer, text) && (known === undefined || compareRoutes(attributes, known) < 0))
        best.set(text, attributes)
    }
  }
  return new Map([...best].map(([prefix, attributes]) => [prefix, formatAttributes(attributes)]))
}

function speaks({ families }: PeerConfig, prefix: string): boolean {
  return families === undefined || families.includes(prefix.includes(':') ? 'ipv6' : 'ipv4')
}

function isFor({ peers, nodes }: Scope, { name, labels = {} }: PeerConfig, nodeLabels: Labels): boolean {
  const mine =
    peers === undefined || peers.some((one) => (typeof one === 'string' ? one === name : matches(one, labels)))
  return mine && matchesAny(nodes, nodeLabels)
}
