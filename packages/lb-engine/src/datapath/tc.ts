import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LbConfig } from '@skep/datapath/lb-xdp'
import { type LbTc, openLbTc } from '@skep/datapath/lb-tc'
import { MapHandle } from 'libbpf-ts'

/**
 * Loads the program for tc over the tables of the one for XDP: over those that are pinned in the first of the folders that
 * has them. Attaches nothing, pins nothing.
 */
export function loadTc(config: LbConfig, folders: readonly string[]): LbTc {
  using spec = openLbTc()
  Object.assign(spec.config, config)
  for (const map of Object.values(spec.maps)) {
    const pin = folders.map((folder) => join(folder, map.name)).find((path) => existsSync(path))
    if (pin === undefined) continue
    map.maxEntries = entriesOf(pin)
    map.pinPath = pin
  }
  return spec.load()
}

function entriesOf(pin: string): number {
  using handle = MapHandle.openPinned(pin)
  return handle.info.maxEntries
}
