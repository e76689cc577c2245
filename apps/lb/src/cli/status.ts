import type { Command } from 'commander'
import { addCommand, type InstanceFlags } from './options.ts'

/** What `skep-lb status` takes. */
export interface StatusFlags extends InstanceFlags {
  readonly json?: boolean
}

export function addStatus(root: Command): void {
  addCommand(root, 'status', 'show services, backends, counters and devices; reads the kernel, so it works without run')
    .option('--json', 'as one JSON document')
    .action(async (flags: StatusFlags) => (await import('./actions/status.ts')).showStatus(flags))
}
