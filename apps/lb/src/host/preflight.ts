import { readFileSync } from 'node:fs'
import type { InstancePaths } from '../instance/paths.ts'
import { bpffsState } from './bpffs.ts'
import { missingCapabilities } from './capabilities.ts'

/** What this machine or process lacks for `skep-lb run`, as sentences; empty when it can run. */
export function missingForRun(paths: InstancePaths): string[] {
  const bpffs = bpffsState(paths.pins)
  return [
    ...missingCapabilities(readFileSync('/proc/self/status', 'utf8')),
    ...(bpffs.state === 'missing' ? [bpffs.message] : []),
  ]
}

/** This process cannot run a load balancer. */
export class PreflightError extends Error {
  override readonly name = 'PreflightError'
  readonly code = 'CANNOT_RUN'
  readonly missing: readonly string[]

  constructor(missing: readonly string[]) {
    super(
      [
        'this process cannot run a load balancer:',
        ...missing.map((line) => `  ${line}`),
        'run it as root. What works without: skep-lb check (configuration only), skep-lb --help',
      ].join('\n'),
    )
    this.missing = missing
  }
}
