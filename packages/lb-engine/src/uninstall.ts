import { existsSync, rmSync } from 'node:fs'
import { NeighborKeeper, type NextHop } from '@skep/neighbor'
import { type Netlink, openNetlink } from 'netlink-ts'
import { attachedPins } from './devices/attached.ts'
import { detachLink } from './devices/detach.ts'
import { deviceOfPin } from './devices/pins.ts'
import type { InstancePaths } from './instance/paths.ts'
import { removeIfEmpty } from './instance/remove-if-empty.ts'
import { fileNotes } from './nexthop/notes.ts'
import { restoreSettings } from './sysctl/keep.ts'
import { formatKey, procSettings, type Settings } from './sysctl/proc.ts'

/**
 * Takes an instance off this host: links first, so that no packet meets half of it, then what else its owner has made
 * (`others`, which says what it did), then pins, neighbours and kernel settings. The caller holds the instance's locks. Says
 * what it did, a line each; nothing where nothing was.
 */
export function uninstall(
  paths: InstancePaths,
  others: (netlink: Netlink) => readonly string[] = () => [],
  kernel: Settings = procSettings(),
): string[] {
  const devices = [...new Set(attachedPins(paths).map(deviceOfPin))]
  for (const device of devices) detachLink(paths, device)
  using netlink = openNetlink()
  const neighbors = existsSync(paths.run) ? releaseNeighbors(netlink, paths) : []
  const settings = existsSync(paths.run) ? restoreSettings(paths.settings, kernel) : []
  const removed = others(netlink)
  const pins = existsSync(paths.maps)
  rmSync(paths.pins, { recursive: true, force: true })
  rmSync(paths.run, { recursive: true, force: true })
  for (const folder of [paths.bpfRoot, paths.runDir]) removeIfEmpty(folder)
  return [
    ...devices.map((device) => `${device}: program taken off`),
    ...removed,
    ...(pins ? [`${paths.pins}: tables removed`] : []),
    ...neighbors.map(({ address }) => `neighbour ${address}: no longer kept`),
    ...settings.map(({ key, from, to }) => `${formatKey(key)}: ${from} → ${to}`),
  ]
}

function releaseNeighbors(netlink: Netlink, { neighbors }: InstancePaths): readonly NextHop[] {
  return new NeighborKeeper(netlink, { notes: fileNotes(neighbors) }).release().removed
}
