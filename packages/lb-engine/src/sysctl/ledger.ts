import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { writeFileAtomically } from '../instance/write.ts'
import type { Claim } from './claim.ts'

/** The claims of one instance, in the order in which they were made. */
export interface Ledger {
  /** The network namespace that they belong to. */
  readonly namespace: string
  readonly claims: readonly Claim[]
}

/** The network namespace that this process is in, like `net:[4026531840]`. */
export function currentNamespace(): string {
  return readlinkSync('/proc/self/ns/net')
}

/** The claims in a file. Those of another namespace count as none: it has taken its settings with it. */
export function readClaims(file: string, namespace: string): readonly Claim[] {
  if (!existsSync(file)) return []
  const ledger = JSON.parse(readFileSync(file, 'utf8')) as Ledger
  return ledger.namespace === namespace ? ledger.claims : []
}

/** Writes the claims; no claims, no file. */
export function writeClaims(file: string, namespace: string, claims: readonly Claim[]): void {
  if (claims.length === 0) rmSync(file, { force: true })
  else writeFileAtomically(file, JSON.stringify({ namespace, claims } satisfies Ledger, undefined, 1))
}

/** The files of the other instances below the same run folder. */
export function siblings(file: string): string[] {
  const run = dirname(dirname(file))
  return readdirSync(run, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== basename(dirname(file)))
    .map((entry) => join(run, entry.name, basename(file)))
    .filter((path) => existsSync(path))
}
