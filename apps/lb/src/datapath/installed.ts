import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LbConfig, lbConfigCodec } from '@skep/datapath/lb-xdp'
import { BpfMap, MapHandle, Program } from 'libbpf-ts'
import type { Config } from '../config/config.ts'
import type { Finding } from '../config/problem.ts'
import type { InstancePaths } from '../instance/paths.ts'
import { programPin } from './load.ts'
import { hashKeyOf, mapSizes } from './settings.ts'

/** What the loaded tables were made with. */
export interface Installed {
  /** Entries by map. */
  readonly sizes: Readonly<Record<string, number>>
  /** Unknown where a start was killed before its program was pinned. */
  readonly program: LbConfig | undefined
}

const mapNames = {
  services4: 'services4',
  services6: 'services6',
  services: 'services',
  rings: 'rings',
  memberIds: 'member_ids',
  members: 'members',
  sources: 'sources',
  records: 'records',
  fragments: 'fragments',
  natFlows: 'nat_flows',
  natReplies: 'nat_replies',
  natEntries: 'nat_entries',
  memberCounters: 'member_counters',
} as const

/** The sizes a capacity decides; what is left out follows from more than one. */
const decidedBy = {
  services: ['services'],
  backends: ['members'],
  connections: ['natEntries'],
  records: ['records'],
  fragments: ['fragments'],
} as const satisfies Record<keyof Config['capacity'], readonly (keyof typeof mapNames)[]>

/** Reads what is installed; `undefined` where nothing is. */
export function readInstalled(paths: InstancePaths): Installed | undefined {
  const pinned = Object.entries(mapNames).filter(([, name]) => existsSync(join(paths.maps, name)))
  if (pinned.length === 0) return undefined
  const sizes = pinned.map(([key, name]) => [key, entriesOf(join(paths.maps, name))] as const)
  return { sizes: Object.fromEntries(sizes), program: readProgram(programPin(paths)) }
}

/** What a configuration asks for and only a new installation can give: the tables carry connections. */
export function fixedFindings(installed: Installed, wanted: Config): Finding[] {
  const sizes = mapSizes(wanted)
  const different = (map: string) => installed.sizes[map] !== undefined && installed.sizes[map] !== sizes[map]
  const capacities = Object.entries(decidedBy)
    .filter(([, maps]) => maps.some(different))
    .map(([key]): Finding => fixed(['capacity', key], wanted.capacity[key as keyof Config['capacity']], 'another size'))
  const { program } = installed
  if (program === undefined) return capacities
  const range = `${wanted.snat.portRange.from}-${wanted.snat.portRange.to}`
  const loaded = `${program.natPortMin}-${program.natPortMax}`
  const { key0, key1 } = hashKeyOf(wanted)
  return [
    ...capacities,
    ...(range === loaded ? [] : [fixed(['snat', 'portRange'], range, loaded)]),
    ...(program.hashKey0 === key0 && program.hashKey1 === key1
      ? []
      : [fixed(['hashKey'], wanted.hashKey, 'another key')]),
  ]
}

function fixed(path: readonly string[], wanted: string | number, loaded: string): Finding {
  const message = `${wanted} is asked for, but what is loaded was made with ${loaded} and carries connections; take it off first: skep-lb uninstall`
  return { path: ['spec', ...path], message }
}

function entriesOf(pin: string): number {
  using handle = MapHandle.openPinned(pin)
  return handle.info.maxEntries
}

/** Reads the configuration of the pinned program; `undefined` where none is pinned. */
export function readProgram(pin: string): LbConfig | undefined {
  if (!existsSync(pin)) return undefined
  using program = Program.open(pin)
  for (const id of program.info().mapIds) {
    using map = BpfMap.openById(id)
    if (!map.name.endsWith('.rodata')) continue
    const bytes = map.get(Uint8Array.of(0, 0, 0, 0))
    if (bytes?.length !== lbConfigCodec.size) continue
    return lbConfigCodec.read(new DataView(bytes.buffer, bytes.byteOffset), 0)
  }
  return undefined
}
