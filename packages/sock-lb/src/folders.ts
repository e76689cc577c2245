import { join } from 'node:path'

/** Where an instance pins what it has, below `sock` of its pins. */
export interface Folders {
  readonly root: string
  readonly maps: string
  readonly links: string
  /** What is about to take the places of those: only there while that goes on, or after a kill in the middle. */
  readonly next: string
}

export function foldersIn(pins: string): Folders {
  const root = join(pins, 'sock')
  return { root, maps: join(root, 'maps'), links: join(root, 'links'), next: join(root, 'next') }
}
