import { readFileSync } from 'node:fs'
import { bpffsState } from '@skep/lb-engine'
import type { InstancePaths } from '../instance/paths.ts'
import { missingCapabilities } from './capabilities.ts'

/** What this machine or process lacks for `skep-lb run`, as sentences; empty when it can run. */
export function missingForRun(paths: InstancePaths): string[] {
  const bpffs = bpffsState(paths.pins)
  return [
    ...missingCapabilities(readFileSync('/proc/self/status', 'utf8')),
    ...(bpffs.state === 'missing' ? [bpffs.message] : []),
  ]
}

/** Throws {@link PreflightError} where this process may not read or change what is in the kernel. */
export function requirePrivileges(): void {
  const missing = missingCapabilities(readFileSync('/proc/self/status', 'utf8'))
  if (missing.length > 0) throw new PreflightError(missing)
}

/** What was asked for takes privileges that this process has not. */
export class PreflightError extends Error {
  override readonly name = 'PreflightError'
  readonly code = 'CANNOT_RUN'
  readonly missing: readonly string[]

  constructor(missing: readonly string[]) {
    super(
      [
        'this process may not do that:',
        ...missing.map((line) => `  ${line}`),
        'run it as root. What works without: skep-lb check (configuration only), skep-lb --help',
      ].join('\n'),
    )
    this.missing = missing
  }
}
