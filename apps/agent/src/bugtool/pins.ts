import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { BpfMap, Link, MapHandle, Program } from 'libbpf-ts'
import { type Item, pretty } from './item.ts'

/** What the agent has left in the kernel: it is there whether somebody runs or not. */
export function pinItems(pins: string): Item[] {
  return [
    {
      file: 'maps.json',
      about: `BPF maps below ${pins}: sizes, and how many entries`,
      read: () => pretty(all(pins, map)),
    },
    {
      file: 'links.json',
      about: `BPF links below ${pins}: what is attached where, and its program`,
      read: () => pretty(all(pins, link)),
    },
  ]
}

/** Pins lie in folders whose names tell what they are. */
function all(pins: string, describe: Describe): readonly unknown[] {
  if (!existsSync(pins))
    throw new Error('nothing is pinned there: no agent with this --bpf-root has run since the machine started')
  const found = readdirSync(pins, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = found.map(({ parentPath, name }) => join(parentPath, name)).toSorted()
  return paths.flatMap((path) => (path.split('/').includes(describe.folder) ? [described(path, describe)] : []))
}

interface Describe {
  readonly folder: string
  readonly read: (path: string) => object
}

function described(path: string, { read }: Describe): object {
  try {
    return { path, ...read(path) }
  } catch (error) {
    return { path, error: (error as Error).message }
  }
}

const map: Describe = {
  folder: 'maps',
  read(path) {
    using handle = MapHandle.openPinned(path)
    const { info } = handle
    return { ...info, ...(info.type.includes('hash') && { entries: entriesOf(path) }) }
  },
}

const link: Describe = {
  folder: 'links',
  read(path) {
    using opened = Link.open(path)
    const info = opened.info()
    using program = Program.openById(info.programId)
    return { ...info, program: program.info() }
  },
}

function entriesOf(path: string): number {
  using opened = BpfMap.open(path)
  let entries = 0
  for (const batch of opened.getBatch()) entries += batch.length
  return entries
}
