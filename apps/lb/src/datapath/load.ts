import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { loadLbXdp, type LbXdp } from '@skep/datapath/lb-xdp'
import type { Config } from '../config/config.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { type DatapathTime, mapSizes, programConfig } from './settings.ts'

/** Loads the program over the instance's pinned maps, making those that are not there. Attaches nothing. */
export function loadDatapath(paths: InstancePaths, config: Config, time: DatapathTime): LbXdp {
  const maps = Object.fromEntries(Object.entries(mapSizes(config)).map(([name, maxEntries]) => [name, { maxEntries }]))
  for (const folder of [paths.maps, paths.links]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  mkdirSync(paths.programs, { recursive: true, mode: 0o700 })
  const { jiffiesPerSecond, recordShift } = time
  return loadLbXdp({ config: programConfig(config, jiffiesPerSecond, recordShift), maps, pinRoot: paths.maps })
}

/** Pins the program under the name that `status` looks at, in place of the one before. */
export function pinProgram(paths: InstancePaths, { programs: { lbXdp } }: LbXdp): void {
  const pin = programPin(paths)
  rmSync(`${pin}_next`, { force: true })
  lbXdp.pin(`${pin}_next`)
  renameSync(`${pin}_next`, pin)
}

/** Where the program is pinned. */
export function programPin(paths: InstancePaths): string {
  return join(paths.programs, 'lb_xdp')
}
