import type { Choice } from '../endpoints/choose.ts'
import type { Group } from './group.ts'
import { type Parts, policiesFor } from './parts.ts'

/**
 * How endpoints were chosen, in one line: `4 → 2 by zone a`, `3 of 4; hints ignored: endpoint 10.0.0.3 has no zone hint`.
 * Ports and families that differ are told apart.
 */
export function statusOf(parts: Parts): string {
  const lines = parts.groups.map((group) => ({ group, text: groupText(parts, group) }))
  const texts = new Set(lines.map(({ text }) => text))
  if (texts.size <= 1) return lines[0]?.text ?? 'no ports'
  return lines.map(({ group, text }) => `${nameOf(group)}: ${text}`).join('; ')
}

/** The first reason why hints do not count. An operator's choice is none. */
export function hintsIgnored(parts: Parts): string | undefined {
  if (parts.settings.topology.off !== undefined) return undefined
  for (const group of parts.groups)
    for (const policy of policiesFor(parts, group)) {
      const { ignored } = group.choice(policy).topology
      if (ignored !== undefined) return ignored
    }
  return undefined
}

/** Cluster alone needs no name. */
function groupText(parts: Parts, group: Group): string {
  const policies = [...policiesFor(parts, group)]
  const isPlain = policies.join() === 'Cluster'
  const texts = policies.map((policy) => `${isPlain ? '' : `${policy}: `}${choiceText(group, group.choice(policy))}`)
  return texts.join('; ')
}

function nameOf({ port, family }: Group): string {
  return `${port.name || port.port}/${family}`
}

/** `4 → 2 by zone a`. */
export function choiceText(
  { candidates }: Pick<Group, 'candidates'>,
  { available, chosen, topology, rules }: Choice,
): string {
  const ignored = topology.ignored === undefined ? '' : `; hints ignored: ${topology.ignored}`
  if (topology.mode !== 'all') return `${available} → ${chosen} by ${topology.mode} ${topology.by}${ignored}`
  const last = rules.includes('last-serving') ? ', all of them terminating' : ''
  const count = candidates.length === 0 ? 'no endpoints' : `${chosen} of ${candidates.length}`
  return `${count}${last}${ignored}`
}
