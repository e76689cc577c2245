import { matchesGlob } from 'node:path'
import type { Finding } from '../config/problem.ts'
import { show } from '../config/problem.ts'
import { suggest } from '../config/nearest.ts'

/** The devices that the patterns of a configuration choose, and what is wrong with the patterns. */
export interface Selection {
  readonly devices: readonly string[]
  readonly findings: readonly Finding[]
}

/**
 * Chooses devices by name and glob; a pattern with `-` before it takes devices out, wherever it stands. A glob
 * may match nothing, a name may not, and one device at least must be left. Globs leave out `lo`.
 */
export function selectDevices(patterns: readonly string[], present: readonly string[]): Selection {
  const [excluded, included] = partition(patterns, (pattern) => pattern.startsWith('-'))
  const takenOut = excluded.map(({ pattern }) => pattern.slice(1))
  const chosen = present.filter(
    (device) =>
      included.some(({ pattern }) => matches(device, pattern)) && !takenOut.some((pattern) => matches(device, pattern)),
  )
  const unknown = included.filter(({ pattern }) => !isGlob(pattern) && !present.includes(pattern))
  const findings = unknown.map(({ pattern, index }) => ({
    path: ['spec', 'devices', index],
    message: `${show(pattern)}: no such device${pattern === 'auto' ? '; choosing by itself is not built yet' : ''}; ${suggest(pattern, present)}`,
  }))
  if (chosen.length > 0 || findings.length > 0) return { devices: chosen, findings }
  const message = `${show(patterns)} leaves no device; there are: ${present.join(', ')}`
  return { devices: [], findings: [{ path: ['spec', 'devices'], message }] }
}

/** The rule for {@link parseConfig}: the raw document's devices must be on this machine. */
export function devicesExist(present: readonly string[]): (document: unknown) => readonly Finding[] {
  return (document) => {
    const patterns = (document as { spec?: { devices?: unknown } } | null)?.spec?.devices
    if (!Array.isArray(patterns) || !patterns.every((pattern) => typeof pattern === 'string')) return []
    return selectDevices(patterns, present).findings
  }
}

function matches(device: string, pattern: string): boolean {
  if (device === pattern) return true
  return isGlob(pattern) && device !== 'lo' && matchesGlob(device, pattern)
}

function isGlob(pattern: string): boolean {
  return /[*?[\]]/.test(pattern)
}

interface Indexed {
  readonly pattern: string
  readonly index: number
}

function partition(patterns: readonly string[], test: (pattern: string) => boolean): [Indexed[], Indexed[]] {
  const indexed = patterns.map((pattern, index) => ({ pattern, index }))
  return [indexed.filter(({ pattern }) => test(pattern)), indexed.filter(({ pattern }) => !test(pattern))]
}
