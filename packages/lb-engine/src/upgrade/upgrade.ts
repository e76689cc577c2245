import { mkdirSync } from 'node:fs'
import { type LbXdp, pulseOffsets, PulseSwitch } from '@skep/datapath/lb-xdp'
import type { HashKey } from '@skep/lb-maps'
import { rcuGracePeriod } from 'libbpf-ts'
import { programSettings, readProgram } from '../datapath/installed.ts'
import { loadTc } from '../datapath/tc.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { catchUp, copyCounters, fillTables } from './fill.ts'
import { dropStage, goLive, meetsTc, stagedProgram, stageFolder, stageIsLive, takePlaces } from './stage.ts'
import { StagedTables } from './tables.ts'

/**
 * Puts a program over larger tables in the place of one that packets go through. `load` loads it, with new tables pinned in
 * the folder that it is given. What the new tables need is copied while the old program works; then each link gets the new
 * program, atomically; then what was written to the old tables in between is copied, too. Killed at any moment, traffic goes
 * on, and {@link finishUpgrade} of the next run does the rest.
 */
export function upgrade(paths: InstancePaths, hashKey: HashKey, load: (folder: string) => LbXdp): LbXdp {
  dropStage(paths)
  mkdirSync(stageFolder(paths), { mode: 0o700 })
  using undo = new DisposableStack()
  undo.defer(() => dropStage(paths))
  const datapath = undo.use(load(stageFolder(paths)))
  fill(paths, hashKey)
  if (meetsTc(paths)) stageTc(paths, datapath)
  datapath.programs.lbXdp.pin(stagedProgram(paths))
  finish(paths, hashKey)
  undo.move()
  return datapath
}

/** The programs for tc over the same tables, pinned before the other: what is staged is whole once that one is. */
function stageTc(paths: InstancePaths, { programs: { lbXdp } }: LbXdp): void {
  using tc = loadTc(programSettings(lbXdp)!, [stageFolder(paths), paths.maps])
  tc.programs.lbTc.pin(stagedProgram(paths, 'tc'))
  tc.programs.lbTcOut.pin(stagedProgram(paths, 'out'))
}

/** What an upgrade that was killed has left: done, if packets go through its program; else undone. */
export function finishUpgrade(paths: InstancePaths): void {
  if (!stageIsLive(paths)) return dropStage(paths)
  const { hashKey0, hashKey1 } = readProgram(stagedProgram(paths))!
  finish(paths, { key0: hashKey0, key1: hashKey1 })
}

function fill(paths: InstancePaths, hashKey: HashKey): void {
  using tables = new StagedTables(paths)
  fillTables(tables, hashKey)
}

function finish(paths: InstancePaths, hashKey: HashKey): void {
  using tables = new StagedTables(paths)
  using _waiting = strangersWait(tables)
  if (!stageIsLive(paths)) copyCounters(tables)
  goLive(paths)
  rcuGracePeriod()
  catchUp(tables, hashKey)
  takePlaces(paths)
}

/** A connection that was opened in the tables that were there just now is not known in the new ones: its packets come again. */
function strangersWait(tables: StagedTables): Disposable {
  const words = new Uint32Array(tables.memory(tables.after('pulse')))
  const switches = pulseOffsets.switches / 4
  Atomics.or(words, switches, PulseSwitch.SWITCH_CARRYING)
  return { [Symbol.dispose]: () => void Atomics.and(words, switches, ~PulseSwitch.SWITCH_CARRYING) }
}
