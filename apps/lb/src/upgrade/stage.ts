import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Link, Program } from 'libbpf-ts'
import { programPin } from '../datapath/pin.ts'
import { hookOfLinkPin, type InstancePaths, type LinkHook } from '../instance/paths.ts'

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
  return liveLinks(paths).some(({ link }) => {
    using held = link
    return staged.includes(held.info().programId)
  })
}

/** Puts the staged programs in on every device, each atomically. */
export function goLive(paths: InstancePaths): void {
  for (const { link, hook } of liveLinks(paths)) {
    using held = link
    using program = Program.open(hook === 'tc' ? stagedTcProgram(paths) : stagedProgram(paths))
    held.update(program)
  }
}

/** Whether packets of any device meet the program for tc. */
export function meetsTc(paths: InstancePaths): boolean {
  return liveLinks(paths).some(({ link, hook }) => {
    link.close()
    return hook === 'tc'
  })
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

interface LiveLink {
  readonly link: Link
  readonly hook: LinkHook
}

/** Those whose device is there. */
function liveLinks(paths: InstancePaths): LiveLink[] {
  if (!existsSync(paths.links)) return []
  return readdirSync(paths.links)
    .map((pin) => ({ link: Link.open(join(paths.links, pin)), hook: hookOfLinkPin(pin) }))
    .filter(({ link }) => {
      const live = link.info().ifindex !== 0
      if (!live) link.close()
      return live
    })
}
