import { existsSync, readFileSync, rmSync } from 'node:fs'
import type { InstancePaths } from '../instance/paths.ts'
import { writeFileAtomically } from '../instance/write.ts'
import type { Bgp } from './config.ts'
import type { DesiredRoute } from './desired.ts'

/** What routers were told last, and may keep while nobody speaks with them; and what they were not told, and why. */
export interface Spoken {
  readonly bgp: Bgp
  readonly routes: readonly DesiredRoute[]
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

/** What all sessions share. */
export function identityOf({ asn, routerId, listen }: Bgp): string {
  return JSON.stringify({ asn, routerId, listen })
}
