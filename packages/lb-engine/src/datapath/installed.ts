import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LbConfig, lbConfigCodec } from '@skep/datapath/lb-xdp'
import { BpfMap, MapHandle, Program } from 'libbpf-ts'
import type { EngineSettings } from '../model/settings.ts'
import { specTerms, type Terms } from '../model/terms.ts'
import type { Finding } from '@skep/config-file'
import type { InstancePaths } from '../instance/paths.ts'
import { programPin } from './pin.ts'
import { hashKeyOf, mapSizes, programMaps } from './settings.ts'

/** What the loaded tables were made with. */
export interface Installed {
  /** Entries by map. */
  readonly sizes: Readonly<Record<string, number>>
  /** Unknown where a start was killed before its program was pinned. */
  readonly program: LbConfig | undefined
}

/** The sizes a capacity decides; what is left out follows from more than one. */
export const decidedBy: Readonly<Record<keyof EngineSettings['capacity'], readonly string[]>> = {
  services: ['services'],
  backends: ['members'],
  connections: ['natEntries'],
  records: ['records'],
  sourceRanges: ['ranges'],
  rateLimitedClients: ['rates'],
  fragments: ['fragments'],
}

/** Reads what is installed; `undefined` where nothing is. */
export function readInstalled(paths: InstancePaths): Installed | undefined {
  const pinned = programMaps().filter(({ name }) => existsSync(join(paths.maps, name)))
  if (pinned.length === 0) return undefined
  const sizes = pinned.map(({ key, name }) => [key, entriesOf(join(paths.maps, name))] as const)
  return { sizes: Object.fromEntries(sizes), program: readProgram(programPin(paths)) }
}

/** What a configuration asks for and only a new installation can give: connections are found by it. */
export function fixedFindings({ program }: Installed, wanted: EngineSettings, terms: Terms = specTerms): Finding[] {
  if (program === undefined) return []
  const { key0, key1 } = hashKeyOf(wanted)
  const {
    hashKey,
    snat: { portRange },
  } = wanted
  const { natPortMin, natPortMax } = program
  const range = `${portRange.from}-${portRange.to}`
  const inside = portRange.from <= natPortMin && portRange.to >= natPortMax
  return [
    ...(inside ? [] : [fixed(['snat', 'portRange'], range, `${natPortMin}-${natPortMax}`, terms)]),
    ...(program.hashKey0 === key0 && program.hashKey1 === key1
      ? []
      : [fixed(['hashKey'], hashKey, 'another key', terms)]),
  ]
}

/** What a configuration asks for beside that, and a start can give, but not a reload. */
export function restartFindings({ sizes, program }: Installed, wanted: EngineSettings): Finding[] {
  const asked = mapSizes(wanted)
  const smaller = (map: string) => sizes[map] !== undefined && sizes[map] < asked[map]!
  const capacities = Object.entries(decidedBy)
    .filter(([, maps]) => maps.some(smaller))
    .map(([key]) => atStart(['capacity', key], wanted.capacity[key as keyof EngineSettings['capacity']]))
  const { from, to } = wanted.snat.portRange
  const wider = program !== undefined && isWider(wanted.snat.portRange, program)
  return [...capacities, ...(wider ? [atStart(['snat', 'portRange'], `${from}-${to}`)] : [])]
}

function isWider({ from, to }: EngineSettings['snat']['portRange'], { natPortMin, natPortMax }: LbConfig): boolean {
  return from <= natPortMin && to >= natPortMax && (from < natPortMin || to > natPortMax)
}

function fixed(path: readonly string[], wanted: string, loaded: string, { uninstall }: Terms): Finding {
  const message = `${wanted} is asked for, but what is loaded was made with ${loaded} and carries connections; take it off first: ${uninstall}`
  return { path: ['spec', ...path], message }
}

function atStart(path: readonly string[], wanted: string | number): Finding {
  const message = `${wanted} is more than what is loaded has room for; it grows when run starts: write it into the file and restart run, traffic goes on meanwhile`
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
  return programSettings(program)
}

/** The configuration that a program was loaded with. */
export function programSettings(program: Pick<Program, 'info'>): LbConfig | undefined {
  for (const id of program.info().mapIds) {
    using map = BpfMap.openById(id)
    if (!map.name.endsWith('.rodata')) continue
    const bytes = map.get(Uint8Array.of(0, 0, 0, 0))
    if (bytes === undefined || bytes.length < KNOWN_SETTINGS) continue
    return lbConfigCodec.read(new DataView(inThisLayout(bytes).buffer), 0)
  }
  return undefined
}

/** Since the first release; fields come behind. */
const KNOWN_SETTINGS = 112

/** Of another release: what it does not have is 0, what this one does not know is left out. */
function inThisLayout(settings: Uint8Array): Uint8Array<ArrayBuffer> {
  const known = new Uint8Array(lbConfigCodec.size)
  known.set(settings.subarray(0, known.length))
  return known
}
