import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Program } from 'libbpf-ts'
import { programPin } from '../datapath/pin.ts'
import { lookAtAttached, openLive } from '../devices/attached.ts'
import type { InstancePaths } from '../instance/paths.ts'

/** The names of the new programs in the stage; maps have their own. */
const PROGRAM = 'program'
const TC_PROGRAM = 'program_tc'

/** Where larger tables, and the program over them, are pinned until they take the place of those that are there. */
export function stageFolder(paths: InstancePaths): string {
  return join(paths.pins, 'next')
}

/** Whether packets go through the program of a stage: then there is no way back, only on. */
export function stageIsLive(paths: InstancePaths): boolean {
  if (!existsSync(stagedProgram(paths))) return false
  const staged = [stagedProgram(paths), stagedTcProgram(paths)].filter((pin) => existsSync(pin)).map(idOf)
  return lookAtAttached(paths, ({ ifindex, programId }) => ifindex !== 0 && staged.includes(programId)).includes(true)
}

/** Puts the staged programs in on every device, each atomically. */
export function goLive(paths: InstancePaths): void {
  for (const attached of openLive(paths)) {
    using held = attached
    using program = Program.open(held.hook === 'tc' ? stagedTcProgram(paths) : stagedProgram(paths))
    held.update(program)
  }
}

/** Whether packets of any device meet the program for tc. */
export function meetsTc(paths: InstancePaths): boolean {
  return lookAtAttached(paths, ({ ifindex, hook }) => ifindex !== 0 && hook === 'tc').includes(true)
}

/** Names of the maps in the stage, as the kernel has them. */
export function stagedMaps(paths: InstancePaths): string[] {
  const folder = stageFolder(paths)
  return existsSync(folder) ? readdirSync(folder).filter((name) => name !== PROGRAM && name !== TC_PROGRAM) : []
}

/** What is staged takes the pins' names; the program last, so that who is killed on the way is followed by one who goes on. */
export function takePlaces(paths: InstancePaths): void {
  for (const name of stagedMaps(paths)) renameSync(join(stageFolder(paths), name), join(paths.maps, name))
  renameSync(stagedProgram(paths), programPin(paths))
  dropStage(paths)
}

export function dropStage(paths: InstancePaths): void {
  rmSync(stageFolder(paths), { recursive: true, force: true })
}

export function stagedProgram(paths: InstancePaths): string {
  return join(stageFolder(paths), PROGRAM)
}

/** There only where a device's packets meet the program for tc. */
export function stagedTcProgram(paths: InstancePaths): string {
  return join(stageFolder(paths), TC_PROGRAM)
}

function idOf(pin: string): number {
  using program = Program.open(pin)
  return program.info().id
}
