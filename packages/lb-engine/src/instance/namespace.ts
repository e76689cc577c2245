import { existsSync, readFileSync } from 'node:fs'
import { LbError } from '../error.ts'
import { currentNamespace, type Ledger } from '../sysctl/ledger.ts'
import type { InstancePaths } from './paths.ts'

/**
 * Throws where the instance lives in another network namespace that still is: its devices, settings and neighbours are
 * not to be seen from here. `hasLiveLinks`: whether any of its links is attached to a device.
 */
export function requireSameNamespace(paths: InstancePaths, hasLiveLinks: () => boolean): void {
  if (!existsSync(paths.settings)) return
  const { namespace } = JSON.parse(readFileSync(paths.settings, 'utf8')) as Ledger
  if (namespace === currentNamespace() || !hasLiveLinks()) return
  throw new LbError(
    'OTHER_NAMESPACE',
    `instance ${JSON.stringify(paths.instance)} lives in the network namespace ${namespace}, this process is in ${currentNamespace()}; run this there (ip netns identify <pid>, nsenter --net=…)`,
  )
}
