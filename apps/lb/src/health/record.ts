import { existsSync, readFileSync, rmSync } from 'node:fs'
import { writeFileAtomically } from '@skep/lb-engine'
import type { Check } from './checks.ts'

/** Notes what is being checked, for `status`; no checks, no file. */
export function writeChecks(file: string, checks: readonly Check[]): void {
  const text = JSON.stringify(checks)
  if (checks.length === 0) rmSync(file, { force: true })
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileAtomically(file, text)
}

/** What is being checked, as it was noted last. */
export function readChecks(file: string): Check[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Check[]) : []
}
