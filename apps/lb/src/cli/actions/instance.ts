import { openInstance, type OpenInstance } from '@skep/lb-engine'
import { requirePrivileges } from '../../host/preflight.ts'
import { instancePaths, type InstancePaths } from '../../instance/paths.ts'
import { NOT_INSTALLED } from '../help.ts'
import type { InstanceFlags } from '../options.ts'

/** Opens the instance for as long as the work takes. Where it is not installed, says so and ends with exit code 3. */
export async function onInstance(
  flags: InstanceFlags,
  work: (open: OpenInstance, paths: InstancePaths) => Promise<void> | void,
): Promise<void> {
  requirePrivileges()
  const paths = instancePaths(flags)
  using open = openInstance(paths)
  if (open !== undefined) return await work(open, paths)
  console.error(`instance ${paths.instance}: not installed`)
  process.exitCode = NOT_INSTALLED
}
