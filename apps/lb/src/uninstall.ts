import { existsSync, rmSync } from 'node:fs'
import { NeighborKeeper, type NextHop } from '@skep/neighbor'
import { type Netlink, openNetlink } from 'netlink-ts'
import { attachedPins } from './devices/attached.ts'
import { detachLink } from './devices/detach.ts'
import { deviceOfPin, type InstancePaths } from './instance/paths.ts'
import { removeIfEmpty } from './instance/remove-if-empty.ts'
import { probePaths } from './health/probe-path/probe-paths.ts'
import { fileNotes } from './nexthop/notes.ts'
import { restoreSettings } from './sysctl/keep.ts'
import { formatKey, procSettings } from './sysctl/proc.ts'

/**
 * Takes an instance off this host: links first, so that no packet meets half of it, then pins, neighbours and kernel
 * settings. The caller holds the instance's locks. Says what it did, a line each; nothing where nothing was.
 */
export function removeInstance(paths: InstancePaths): string[] {
  const devices = [...new Set(attachedPins(paths).map(deviceOfPin))]
  for (const device of devices) detachLink(paths, device)
  using netlink = openNetlink()
  const neighbors = existsSync(paths.run) ? releaseNeighbors(netlink, paths) : []
  const settings = existsSync(paths.run) ? restoreSettings(paths.settings, procSettings()) : []
  const probes = probePaths(paths, netlink)
  const probed = probes.remove()
  const pins = existsSync(paths.maps)
  rmSync(paths.pins, { recursive: true, force: true })
  rmSync(paths.run, { recursive: true, force: true })
  for (const folder of [paths.bpfRoot, paths.runDir]) removeIfEmpty(folder)
  return [
    ...devices.map((device) => `${device}: program taken off`),
    ...(probed ? [`${probes.device}: removed, with the rules and routes of health checks`] : []),
    ...(pins ? [`${paths.pins}: tables removed`] : []),
    ...neighbors.map(({ address }) => `neighbour ${address}: no longer kept`),
    ...settings.map(({ key, from, to }) => `${formatKey(key)}: ${from} → ${to}`),
  ]
}

function releaseNeighbors(netlink: Netlink, { neighbors }: InstancePaths): readonly NextHop[] {
  return new NeighborKeeper(netlink, { notes: fileNotes(neighbors) }).release().removed
}
