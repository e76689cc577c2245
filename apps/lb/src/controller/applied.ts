import { existsSync, readFileSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { writeFileAtomically } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'

/** The configuration that was carried out last, services of all owners; `undefined` before the first start is over. */
export function readApplied({ applied }: Pick<InstancePaths, 'applied'>): Config | undefined {
  return existsSync(applied) ? (JSON.parse(readFileSync(applied, 'utf8')) as Config) : undefined
}

/** Notes what is carried out: the next process knows what has changed since, and `status` knows names. */
export function writeApplied({ applied }: Pick<InstancePaths, 'applied'>, config: Config): void {
  writeFileAtomically(applied, JSON.stringify(config))
}
