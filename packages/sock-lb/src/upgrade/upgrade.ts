import { rcuGracePeriod } from 'libbpf-ts'
import type { Folders } from '../folders.ts'
import {
  attachReaders,
  dropStage,
  isLive,
  pinPrograms,
  type Programs,
  putIn,
  readerNames,
  stagedTables,
  takePlaces,
  writerNames,
} from './stage.ts'
import { copy, copyMissing, isCounters, isDerived, isProgramsOwn } from './table.ts'

/**
 * Puts programs over tables of another size or layout, which are pinned in the stage, in the place of those that work.
 * The tables are filled first. While both are in use, names are shown by both: a socket that was connected by the old ones
 * is answered, and named, as before. Killed at any moment, sockets go on, and {@link finishUpgrade} does the rest.
 *
 * Errors: LAYOUT, before anything has changed. Linux 5.8.
 */
export function upgrade(folders: Folders, cgroup: string, programs: Programs): void {
  using undo = new DisposableStack()
  undo.defer(() => {
    if (!isLive(folders)) dropStage(folders)
  })
  fill(folders)
  pinPrograms(folders, programs)
  finish(folders, cgroup)
  undo.move()
}

/** What an upgrade that was killed has left: done, if sockets meet its programs; else undone. */
export function finishUpgrade(folders: Folders, cgroup: string): void {
  if (isLive(folders)) finish(folders, cgroup)
  else dropStage(folders)
}

/** The first time it takes as long as there is much. */
export function fill(folders: Folders): void {
  using stack = new DisposableStack()
  for (const table of stagedTables(folders, stack)) if (!isDerived(table)) copy(table)
}

function finish(folders: Folders, cgroup: string): void {
  using stack = new DisposableStack()
  const tables = stagedTables(folders, stack)
  const own = tables.filter(isProgramsOwn)
  attachReaders(folders, cgroup)
  if (!isLive(folders)) for (const table of [...own, ...tables.filter(isCounters)]) copy(table)
  putIn(folders, writerNames)
  rcuGracePeriod()
  for (const table of own) copyMissing(table)
  putIn(folders, readerNames)
  takePlaces(folders)
}
