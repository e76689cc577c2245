import { type LbXdpConfig, openLbXdp } from '@skep/datapath/lb-xdp'
import { sizeMaps, type HashKey, type Sizing } from '@skep/lb-maps'
import type { EngineSettings } from '../model/settings.ts'
import { tunnelSettings } from './tunnel.ts'

/** Idle times after which a connection's entry may be taken over, in seconds (RFC 5382 and 4787 ask for the long ones). */
export const idleSeconds = {
  opening: 60,
  established: 7440,
  closing: 120,
  closed: 10,
  other: 300,
} as const

/** For so long after the control plane's last word the datapath believes what it has noted about next hops. */
export const pulseSeconds = 3

/** For so long the fragments of a packet follow its first: as long as Linux waits for all of them. */
export const fragmentSeconds = 30

/** How an instance's program counts time. */
export interface DatapathTime {
  readonly jiffiesPerSecond: number
  /** Records count in units of 2^shift jiffies. */
  readonly recordShift: number
}

/** The datapath's records count time in units of 2^shift jiffies: a second, or little more. */
export function recordShift(ticksPerSecond: number): number {
  return Math.ceil(Math.log2(ticksPerSecond))
}

/** Sizes of the tables for a configuration. */
export function sizingFor({ capacity }: EngineSettings): Sizing {
  return sizeMaps(capacity)
}

/** The seeds of the datapath's hashes. */
export function hashKeyOf({ hashKey }: EngineSettings): HashKey {
  return { key0: BigInt(`0x${hashKey.slice(0, 16)}`), key1: BigInt(`0x${hashKey.slice(16)}`) }
}

/** The program's read-only configuration, over tables of these sizes. */
export function programConfig(
  config: EngineSettings,
  ticksPerSecond: number,
  shift: number = recordShift(ticksPerSecond),
  sizes: Readonly<Record<string, number>> = mapSizes(config),
): LbXdpConfig {
  const mask = (map: string) => sizes[map]! - 1
  const { key0, key1 } = hashKeyOf(config)
  return {
    hashKey0: key0,
    hashKey1: key1,
    services4Mask: mask('services4'),
    services6Mask: mask('services6'),
    natMask: mask('natFlows'),
    natPortMin: config.snat.portRange.from,
    natPortMax: config.snat.portRange.to,
    jiffiesPerSecond: ticksPerSecond,
    timeoutOpening: idleSeconds.opening * ticksPerSecond,
    timeoutEstablished: idleSeconds.established * ticksPerSecond,
    timeoutClosing: idleSeconds.closing * ticksPerSecond,
    timeoutClosed: idleSeconds.closed * ticksPerSecond,
    timeoutOther: idleSeconds.other * ticksPerSecond,
    pulseLimit: pulseSeconds * ticksPerSecond,
    hopsMask: mask('hops'),
    recordShift: shift,
    ratesMask: mask('rates'),
    fragmentsMask: mask('fragments'),
    timeoutFragment: fragmentSeconds * ticksPerSecond,
    ...tunnelSettings(config),
  }
}

/** How many entries each map is made with. */
export function mapSizes(config: EngineSettings): Record<string, number> {
  const { tables, natLines, natEntries, hops, fragments } = sizingFor(config)
  return {
    ...tables,
    natFlows: natLines,
    natReplies: natLines,
    natEntries,
    hops,
    fragments,
    memberCounters: tables.members,
  }
}

/** A map of the program. */
export interface ProgramMap {
  /** As the skeleton has it. */
  readonly key: string
  /** As the kernel has it. */
  readonly name: string
  /** As the object declares it. */
  readonly entries: number
}

let maps: readonly ProgramMap[] | undefined

/** All maps of the program. */
export function programMaps(): readonly ProgramMap[] {
  if (maps) return maps
  using object = openLbXdp()
  return (maps = Object.entries(object.maps).map(([key, { name, maxEntries }]) => ({ key, name, entries: maxEntries })))
}

/** The same as {@link mapSizes}, with the maps whose size the program itself decides. */
export function wantedSizes(config: EngineSettings): Record<string, number> {
  return { ...Object.fromEntries(programMaps().map(({ key, entries }) => [key, entries])), ...mapSizes(config) }
}
