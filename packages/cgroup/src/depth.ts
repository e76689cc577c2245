import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isCgroup2 } from './facts.ts'

/**
 * How many levels a cgroup v2 lies below the root of the hierarchy. `undefined` where that root is out of sight, as in a
 * container with a cgroup namespace of its own.
 */
export function depthOf(path: string): number | undefined {
  const above = dirname(path)
  if (above !== path && isCgroup2(above)) {
    const depth = depthOf(above)
    return depth === undefined ? undefined : depth + 1
  }
  return existsSync(join(path, 'cgroup.type')) ? undefined : 0
}
