import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type CgroupHook, Link, MapHandle, Program } from 'libbpf-ts'
import type { Folders } from '../folders.ts'
import { type ProgramName, programNames } from '../programs.ts'
import type { Table } from './table.ts'

export type Programs = Readonly<Record<ProgramName, Program>>

/** Those that show names: by what those of the first kind have noted. */
const readers = {
  sockRecvmsg4: 'cgroup_udp4_recvmsg',
  sockRecvmsg6: 'cgroup_udp6_recvmsg',
  sockGetpeername4: 'cgroup_inet4_getpeername',
  sockGetpeername6: 'cgroup_inet6_getpeername',
} as const satisfies Partial<Record<ProgramName, CgroupHook>>

export const readerNames: readonly ProgramName[] = Object.keys(readers) as (keyof typeof readers)[]
export const writerNames: readonly ProgramName[] = programNames.filter((name) => !readerNames.includes(name))

/** What is staged: tables, the programs over them, and links of theirs beside those that work. */
export function stageOf({ next }: Folders): {
  readonly maps: string
  readonly programs: string
  readonly links: string
} {
  return { maps: join(next, 'maps'), programs: join(next, 'programs'), links: join(next, 'links') }
}

/** Once all of them are pinned, the stage is whole. */
export function pinPrograms(folders: Folders, programs: Programs): void {
  const { programs: folder } = stageOf(folders)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const name of programNames) programs[name].pin(join(folder, name))
}

/** Whether sockets meet a program of the stage that writes: then there is no way back, only on. */
export function isLive(folders: Folders): boolean {
  const { programs } = stageOf(folders)
  return writerNames.some((name) => {
    const [program, link] = [join(programs, name), join(folders.links, name)]
    return existsSync(program) && existsSync(link) && idOf(program) === programOf(link)
  })
}

/** Shows names by the new tables as well: what one of the two does not know passes it by, and the other knows. */
export function attachReaders(folders: Folders, cgroup: string): void {
  const { programs, links } = stageOf(folders)
  mkdirSync(links, { recursive: true, mode: 0o700 })
  for (const [name, hook] of Object.entries(readers)) {
    if (existsSync(join(links, name)) || !existsSync(join(folders.links, name))) continue
    using program = Program.open(join(programs, name))
    using link = program.attachCgroup({ cgroup, hook })
    link.pin(join(links, name))
  }
}

/** Puts staged programs in the places of those that work, each in one step. */
export function putIn(folders: Folders, names: readonly ProgramName[]): void {
  for (const name of names) {
    if (!existsSync(join(folders.links, name))) continue
    using link = Link.open(join(folders.links, name))
    using program = Program.open(join(stageOf(folders).programs, name))
    link.update(program)
  }
}

/** Tables that are staged, and have not taken their places yet. They are closed with the stack. */
export function stagedTables(folders: Folders, stack: DisposableStack): Table[] {
  const { maps } = stageOf(folders)
  if (!existsSync(maps)) return []
  return readdirSync(maps).map((name) => ({
    name,
    before: stack.use(MapHandle.openPinned(join(folders.maps, name))),
    after: stack.use(MapHandle.openPinned(join(maps, name))),
  }))
}

/** What is staged takes the pins' names. Done again after a kill, it does the rest. */
export function takePlaces(folders: Folders): void {
  const { maps } = stageOf(folders)
  for (const name of existsSync(maps) ? readdirSync(maps) : []) renameSync(join(maps, name), join(folders.maps, name))
  dropStage(folders)
}

/** Away with it, and with what it has attached beside. */
export function dropStage(folders: Folders): void {
  const { links } = stageOf(folders)
  for (const name of existsSync(links) ? readdirSync(links) : []) {
    using link = Link.open(join(links, name))
    link.detach()
  }
  rmSync(folders.next, { recursive: true, force: true })
}

function idOf(pin: string): number {
  using program = Program.open(pin)
  return program.info().id
}

function programOf(pin: string): number {
  using link = Link.open(pin)
  return link.info().programId
}
