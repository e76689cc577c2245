import { join } from 'node:path'
import type { InstancePaths } from '../instance/paths.ts'

/** Where the program is pinned. */
export function programPin(paths: InstancePaths): string {
  return join(paths.programs, 'lb_xdp')
}
