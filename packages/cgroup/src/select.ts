import { statSync } from 'node:fs'
import { join } from 'node:path'
import { depthOf } from './depth.ts'
import { CgroupError } from './error.ts'
import { checkPattern, expressionsOf, walkFolders } from './walk.ts'

/** A cgroup by which processes are told apart from others. */
export interface SelectedCgroup {
  /** Below the root: `system.slice/docker-0123.scope`. */
  readonly name: string
  /** The number that BPF programs know it by: its folder's inode. */
  readonly id: bigint
  /** How deep it lies: 1 is just below the root of the hierarchy. */
  readonly level: number
}

/** Where Docker puts the containers of Mirantis' MKE, whose kubelet and controllers are to be treated as the host. */
export const MKE_PATTERNS: readonly string[] = ['docker/*', 'system.slice/docker-*.scope']

/**
 * The cgroups whose names below `root` match one of the patterns, now: `*` stands for any part of a name, `**` for any number
 * of names. Those below one that matches belong to it, and are not listed. New ones come and go: select again.
 *
 * Throws {@link CgroupError} INVALID: a pattern that is none, or a root whose depth is out of sight (a nested host).
 */
export function selectCgroups(root: string, patterns: readonly string[]): SelectedCgroup[] {
  for (const pattern of patterns) checkPattern(pattern)
  if (patterns.length === 0) return []
  const depth = knownDepth(root)
  return [...walkFolders(root, expressionsOf(patterns))].flatMap((names) => {
    const id = inodeOf(join(root, ...names))
    return id === undefined ? [] : [{ name: names.join('/'), id, level: depth + names.length }]
  })
}

function knownDepth(root: string): number {
  const depth = depthOf(root)
  if (depth !== undefined) return depth
  throw new CgroupError('INVALID', 'selector', [
    `how deep ${root} lies below the root of the hierarchy is out of sight, and programs know cgroups by their depth; ` +
      'mount the host’s /sys/fs/cgroup into this container, or name no cgroups',
  ])
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino
}
