import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { loadLbXdp, type LbXdp } from '@skep/datapath/lb-xdp'
import type { EngineSettings } from '../model/settings.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { planTables } from '../upgrade/plan.ts'
import { upgrade } from '../upgrade/upgrade.ts'
import { readInstalled } from './installed.ts'
import { programPin } from './pin.ts'
import { type DatapathTime, hashKeyOf, programConfig, programMaps } from './settings.ts'

/**
 * Loads the program over the instance's pinned maps, making those that are not there. Attaches nothing; but where a table has to
 * grow, the program and its larger tables take the place of those that are attached.
 */
export function loadDatapath(paths: InstancePaths, config: EngineSettings, time: DatapathTime): LbXdp {
  for (const folder of [paths.maps, paths.links, paths.programs]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const installed = readInstalled(paths)
  const { sizes, grown } = planTables(config, installed)
  const { jiffiesPerSecond, recordShift } = time
  const settings = programConfig(config, jiffiesPerSecond, recordShift, sizes)
  const load = (folder: string): LbXdp => loadLbXdp({ config: settings, maps: options(folder), pinRoot: paths.maps })
  const options = (folder: string) =>
    Object.fromEntries(
      programMaps().map(({ key, name }) => [
        key,
        { maxEntries: sizes[key]!, pinPath: join(grown.includes(key) ? folder : paths.maps, name) },
      ]),
    )
  return grown.length === 0 ? load(paths.maps) : upgrade(paths, hashKeyOf(config), load)
}

/** Pins the program under the name that `status` looks at, in place of the one before. */
export function pinProgram(paths: InstancePaths, { programs: { lbXdp } }: LbXdp): void {
  const pin = programPin(paths)
  rmSync(`${pin}_next`, { force: true })
  lbXdp.pin(`${pin}_next`)
  renameSync(`${pin}_next`, pin)
}
