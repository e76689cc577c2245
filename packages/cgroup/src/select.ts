import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CgroupError } from './error.ts'

/** A cgroup by which processes are told apart from others. */
export interface SelectedCgroup {
  /** Below the root: `system.slice/docker-0123.scope`. */
  readonly name: string
  /** The number that BPF programs know it by: its folder's inode. */
  readonly id: bigint
  /** How deep it lies: 1 is just below the root. */
  readonly level: number
}

/** Where Docker puts the containers of Mirantis' MKE, whose kubelet and controllers are to be treated as the host. */
export const MKE_PATTERNS: readonly string[] = ['docker/*', 'system.slice/docker-*.scope']

/**
 * The cgroups whose names match one of the patterns, now: `*` stands for any part of a name, `**` for any number of names.
 * Those below one that matches belong to it, and are not listed. New ones come and go: select again.
 */
export function selectCgroups(root: string, patterns: readonly string[]): SelectedCgroup[] {
  for (const pattern of patterns) check(pattern)
  return patterns.length === 0 ? [] : [...walk(root, [], patterns.map(expression))]
}

function* walk(root: string, above: readonly string[], patterns: readonly RegExp[]): Generator<SelectedCgroup> {
  for (const folder of foldersIn(join(root, ...above))) {
    const names = [...above, folder]
    const name = names.join('/')
    const id = patterns.some((pattern) => pattern.test(name)) ? inodeOf(join(root, name)) : undefined
    if (id === undefined) yield* walk(root, names, patterns)
    else yield { name, id, level: names.length }
  }
}

/** None in what is gone meanwhile. */
function foldersIn(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch {
    return []
  }
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino
}

function check(pattern: string): void {
  if (pattern !== '' && !pattern.startsWith('/') && !pattern.endsWith('/') && !pattern.includes('..')) return
  const right = 'write names below the root, as system.slice/docker-*.scope'
  throw new CgroupError('INVALID', 'selector', [`${JSON.stringify(pattern)} is no pattern of cgroups; ${right}`])
}

function expression(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
  const source = escaped.replaceAll(
    /\*\*\/|\*\*|\*/g,
    (stars) => ({ '**/': '(?:[^/]+/)*', '**': '.*' })[stars] ?? '[^/]*',
  )
  return new RegExp(`^${source}$`)
}
