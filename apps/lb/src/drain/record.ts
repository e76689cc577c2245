import { existsSync, readFileSync } from 'node:fs'
import { writeFileAtomically } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { type Drains, noDrains } from './drain.ts'

/** What was remembered last; it outlives the process, and ends with the installation. */
export function readDrains({ drains }: Pick<InstancePaths, 'drains'>): Drains {
  return existsSync(drains) ? (JSON.parse(readFileSync(drains, 'utf8')) as Drains) : noDrains
}

/** Remembers; writes only what is new. */
export function writeDrains({ drains }: Pick<InstancePaths, 'drains'>, wanted: Drains): void {
  const text = JSON.stringify(wanted)
  if (!existsSync(drains) || readFileSync(drains, 'utf8') !== text) writeFileAtomically(drains, text)
}
