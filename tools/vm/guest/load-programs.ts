import { basename } from 'node:path'
import { objectFor } from '@skep/datapath'
import { type BpfError, openObject } from 'libbpf-ts'
import type { ProgramLoad } from './job.ts'

/** Of these, old kernels may have their own. */
const SHIPPED = 'packages/datapath/objects/'

/** Loads every program of an object by itself, so that one which is refused does not hide the others. */
export function loadPrograms(path: string): ProgramLoad[] {
  const object = basename(path, '.bpf.o')
  const taken = path.startsWith(SHIPPED) ? objectFor(object) : path
  return namesOf(taken).map((name) => {
    const load = { program: `${object}/${name}`, ...loadOne(taken, name) }
    console.log(load.refused === undefined ? `loads ${load.program}` : `refuses ${load.program}: ${load.refused}`)
    return load
  })
}

function namesOf(path: string): string[] {
  using object = openObject(path)
  return [...object.programs.keys()]
}

function loadOne(path: string, name: string): Omit<ProgramLoad, 'program'> {
  using object = openObject(path)
  for (const spec of object.programs.values()) spec.autoload = spec.name === name
  try {
    using loaded = object.load()
    return { instructions: loaded.program(name).info().verifiedInstructions }
  } catch (error) {
    const { message } = error as BpfError
    return { instructions: 0, refused: message.replace(/^object\.load: /, '').replace(/; the whole log is in.*$/, '') }
  }
}
