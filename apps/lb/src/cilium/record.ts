import { existsSync, readFileSync } from 'node:fs'
import { writeFileAtomically } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import type { PutService } from './model.ts'

/** The services that were put; they outlive the process, and end with the installation. */
export function readPut({ cilium }: Pick<InstancePaths, 'cilium'>): PutService[] {
  return existsSync(cilium) ? (JSON.parse(readFileSync(cilium, 'utf8')) as PutService[]) : []
}

/** Remembers the services; writes only what is new. */
export function writePut({ cilium }: Pick<InstancePaths, 'cilium'>, services: readonly PutService[]): void {
  if (services.length === 0 && !existsSync(cilium)) return
  const text = JSON.stringify(services)
  if (!existsSync(cilium) || readFileSync(cilium, 'utf8') !== text) writeFileAtomically(cilium, text)
}
