import { type ExplainedRoute, formatScope, type PeerStatus } from '@skep/bgp'

/** Rows in columns, the first row the heads. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function peersTable(peers: readonly PeerStatus[], now: number): string {
  const rows = peers.map((peer) => [
    peer.name,
    peer.address,
    String(peer.asn),
    peer.state,
    age(now - peer.since),
    peer.bfd?.state ?? '-',
    String(peer.advertised.ipv4 + peer.advertised.ipv6),
    String(peer.received.ipv4 + peer.received.ipv6),
    String(peer.flaps),
    peer.lastError ? `${peer.lastError.what} (${age(now - peer.lastError.at)} ago)` : '-',
  ])
  return table([
    ['PEER', 'ADDRESS', 'AS', 'STATE', 'FOR', 'BFD', 'ADVERTISED', 'RECEIVED', 'FLAPS', 'LAST ERROR'],
    ...rows,
  ])
}

/** What the speaker tells of its routes, attributes as text. */
export interface ShownRoute extends Omit<ExplainedRoute, 'attributes'> {
  readonly attributes: Readonly<Record<string, unknown>>
}

export function routesTable(routes: readonly ShownRoute[]): string {
  const rows = routes.map(({ prefix, owner, reason, verdicts, attributes }) => [
    prefix,
    owner,
    reason,
    `${verdicts.filter(({ announced }) => announced).length}/${verdicts.length}`,
    shown(attributes),
  ])
  return table([['PREFIX', 'OWNER', 'REASON', 'PEERS', 'ATTRIBUTES'], ...rows])
}

/** Each route with what becomes of it at each peer, and why. */
export function explanation(routes: readonly ShownRoute[]): string {
  return routes
    .flatMap(({ prefix, owner, reason, attributes, scope, verdicts }) => [
      [`${prefix}  ${owner}: ${reason}`, shown(attributes), formatScope(scope)]
        .filter((part) => part !== '')
        .join('  '),
      ...verdicts.map(
        ({ peer, announced, why }) => `  ${announced ? 'announced to' : 'withheld from'} ${peer}: ${why}`,
      ),
    ])
    .join('\n')
}

function shown(attributes: Readonly<Record<string, unknown>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(' ') : String(value)}`)
    .join(', ')
}

/** Like `3d4h`, `5m10s`: the two largest units. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const
  const from = units.findIndex(([, size]) => seconds >= size)
  if (from < 0) return '0s'
  return units
    .slice(from, from + 2)
    .map(([unit, size], i) => `${Math.floor((i === 0 ? seconds : seconds % units[from]![1]) / size)}${unit}`)
    .join('')
}
