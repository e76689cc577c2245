import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Link, Program } from 'libbpf-ts'
import { programPin } from '../datapath/pin.ts'
import type { InstancePaths } from '../instance/paths.ts'

/** The name of the new program in the stage; maps have their own. */
const PROGRAM = 'program'

/** Where larger tables, and the program over them, are pinned until they take the place of those that are there. */
export function stageFolder(paths: InstancePaths): string {
  return join(paths.pins, 'next')
}

/** Whether packets go through the program of a stage: then there is no way back, only on. */
export function stageIsLive(paths: InstancePaths): boolean {
  if (!existsSync(stagedProgram(paths))) return false
  using program = Program.open(stagedProgram(paths))
  const { id } = program.info()
  return liveLinks(paths).some((link) => {
    using held = link
    return held.info().programId === id
  })
}

/** Puts the staged program in on every device, each atomically. */
export function goLive(paths: InstancePaths): void {
  using program = Program.open(stagedProgram(paths))
  for (const link of liveLinks(paths)) {
    using held = link
    held.update(program)
  }
}

/** Names of the maps in the stage, as the kernel has them. */
export function stagedMaps(paths: InstancePaths): string[] {
  const folder = stageFolder(paths)
  return existsSync(folder) ? readdirSync(folder).filter((name) => name !== PROGRAM) : []
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

/** Those whose device is there. */
function liveLinks(paths: InstancePaths): Link[] {
  if (!existsSync(paths.links)) return []
  return readdirSync(paths.links)
    .map((pin) => Link.open(join(paths.links, pin)))
    .filter((link) => {
      const live = link.info().ifindex !== 0
      if (!live) link.close()
      return live
    })
}
