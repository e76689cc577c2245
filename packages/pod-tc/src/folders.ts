import { join } from 'node:path'

/** Where things are pinned. */
export interface Folders {
  readonly root: string
  readonly maps: string
  readonly links: string
  /** Maps that are to take the place of those that are there. */
  readonly next: string
}

export function foldersIn(pins: string): Folders {
  const root = join(pins, 'pods')
  return { root, maps: join(root, 'maps'), links: join(root, 'links'), next: join(root, 'next') }
}
