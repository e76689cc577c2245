import { stopHealthProcess } from '@skep/lb-health'
import type { Command } from 'commander'
import { endAnnouncer } from '../announce/ask.ts'
import { withdrawRoutes } from '../bgp/withdraw.ts'
import { hasLiveLinks, ownInstance, requireSameNamespace } from '@skep/lb-engine'
import { instancePaths, type InstancePaths } from '../instance/paths.ts'
import { requirePrivileges } from '../host/preflight.ts'
import { removeInstance } from '../uninstall.ts'
import { addCommand, type InstanceFlags } from './options.ts'

export function addUninstall(root: Command): void {
  addCommand(
    root,
    'uninstall',
    'take the program off the devices, remove its tables, and restore kernel settings',
  ).action(async (options: InstanceFlags) => uninstall(instancePaths(options)))
}

async function uninstall(paths: InstancePaths): Promise<void> {
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
