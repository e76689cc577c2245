import { uninstall } from '@skep/lb-engine'
import { probePaths } from './health/probe-path/probe-paths.ts'
import type { InstancePaths } from './instance/paths.ts'

/**
 * Takes an instance off this host, with the ways that health checks have. The caller holds the instance's locks. Says what it
 * did, a line each; nothing where nothing was.
 */
export function removeInstance(paths: InstancePaths): string[] {
  return uninstall(paths, (netlink) => {
    const probes = probePaths(paths, netlink)
    return probes.remove() ? [`${probes.device}: removed, with the rules and routes of health checks`] : []
  })
}
