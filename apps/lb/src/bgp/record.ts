import { existsSync, readFileSync, rmSync } from 'node:fs'
import { writeFileAtomically } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import type { Bgp } from './config.ts'
import type { DesiredRoute } from './desired.ts'
import type { Leaving } from './leaving.ts'
import type { Parting } from './parting.ts'

/** What routers were told last, and may keep while nobody speaks with them; and what they were not told, and why. */
export interface Spoken {
  readonly bgp: Bgp
  readonly routes: readonly DesiredRoute[]
  /** Routers that have left the configuration, and are being drained. */
  readonly parting?: readonly Parting[]
  /** Ms since 1970: until then they are drained, then nothing is announced any more. */
  readonly until?: number
}

type Place = Pick<InstancePaths, 'spoken'>

/** Notes what routers are told. */
export function writeSpoken({ spoken: path }: Place, spoken: Spoken): void {
  writeFileAtomically(path, JSON.stringify(spoken))
}

/** What was noted; `undefined`: routers were told nothing. */
export function readSpoken({ spoken: path }: Place): Spoken | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Spoken) : undefined
}

export function forgetSpoken({ spoken: path }: Place): void {
  rmSync(path, { force: true })
}

/** Remembers who leaves; writes only what is new. */
export function writeLeaving({ leaving: path }: Pick<InstancePaths, 'leaving'>, leaving: readonly Leaving[]): void {
  const text = JSON.stringify(leaving)
  const known = existsSync(path) ? readFileSync(path, 'utf8') : '[]'
  if (text !== known) writeFileAtomically(path, text)
}

/** Who was leaving when the process before ended. */
export function readLeaving({ leaving: path }: Pick<InstancePaths, 'leaving'>): readonly Leaving[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Leaving[]) : []
}

/** What all sessions share. */
export function identityOf({ asn, routerId, listen }: Bgp): string {
  return JSON.stringify({ asn, routerId, listen })
}
