import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Program } from 'libbpf-ts'
import { programPin } from '../datapath/pin.ts'
import { lookAtAttached, openLive } from '../devices/attached.ts'
import type { LinkHook } from '../devices/pins.ts'
import type { InstancePaths } from '../instance/paths.ts'

/** The names of the new programs in the stage; maps have their own. */
const PROGRAMS = { xdp: 'program', tc: 'program_tc', out: 'program_out' } as const satisfies Record<LinkHook, string>
const isProgram = (name: string): boolean => Object.values<string>(PROGRAMS).includes(name)

/** Where larger tables, and the program over them, are pinned until they take the place of those that are there. */
export function stageFolder(paths: InstancePaths): string {
  return join(paths.pins, 'next')
}

/** Whether packets go through the program of a stage: then there is no way back, only on. */
export function stageIsLive(paths: InstancePaths): boolean {
  if (!existsSync(stagedProgram(paths))) return false
  const pins = Object.values(PROGRAMS).map((name) => join(stageFolder(paths), name))
  const staged = pins.filter((pin) => existsSync(pin)).map(idOf)
  return lookAtAttached(paths, ({ ifindex, programId }) => ifindex !== 0 && staged.includes(programId)).includes(true)
}

/** Puts the staged programs in on every device, each atomically. */
export function goLive(paths: InstancePaths): void {
  for (const attached of openLive(paths)) {
    using held = attached
    using program = Program.open(stagedProgram(paths, held.hook))
    held.update(program)
  }
}

/** Whether packets of any device meet a program for tc, on whichever way. */
export function meetsTc(paths: InstancePaths): boolean {
  return lookAtAttached(paths, ({ ifindex, hook }) => ifindex !== 0 && hook !== 'xdp').includes(true)
}

/** Names of the maps in the stage, as the kernel has them. */
export function stagedMaps(paths: InstancePaths): string[] {
  const folder = stageFolder(paths)
  return existsSync(folder) ? readdirSync(folder).filter((name) => !isProgram(name)) : []
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

/** Those for tc are there only where a device's packets meet one. */
export function stagedProgram(paths: InstancePaths, hook: LinkHook = 'xdp'): string {
  return join(stageFolder(paths), PROGRAMS[hook])
}

function idOf(pin: string): number {
  using program = Program.open(pin)
  return program.info().id
}
