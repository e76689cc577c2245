import { stopHealthProcess } from '@skep/lb-health'
import { hasLiveLinks, ownInstance, requireSameNamespace } from '@skep/lb-engine'
import { endAnnouncer } from '../../announce/ask.ts'
import { withdrawRoutes } from '../../bgp/withdraw.ts'
import { requirePrivileges } from '../../host/preflight.ts'
import { instancePaths } from '../../instance/paths.ts'
import { removeInstance } from '../../uninstall.ts'
import type { InstanceFlags } from '../options.ts'

/** `skep-lb uninstall` */
export async function uninstall(flags: InstanceFlags): Promise<void> {
  const paths = instancePaths(flags)
  requirePrivileges()
  // Once begun it is finished: half of an installation is of no use.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  using _lock = ownInstance(paths)
  requireSameNamespace(paths, () => hasLiveLinks(paths))
  // First of all: others take the addresses over while packets are still balanced here.
  const announcer = await endAnnouncer(paths.announcer)
  const routes = await withdrawRoutes(paths)
  const health = await stopHealthProcess(paths.health)
  const lines = [...routes, ...removeInstance(paths)]
  if (health !== undefined) lines.push(`health process ${health}: ended`)
  if (announcer !== undefined) lines.push(`announcer ${announcer}: ended, the addresses are left to others`)
  for (const line of lines) console.log(line)
  console.log(lines.length === 0 ? `nothing of instance ${paths.instance} was installed` : 'uninstalled')
}
