import type { Command } from 'commander'
import { requirePrivileges } from '../host/preflight.ts'
import { instancePaths } from '../instance/paths.ts'
import { formatStatus } from '../status/format.ts'
import { readStatus } from '../status/read.ts'
import { addCommand, type InstanceFlags } from './options.ts'

export function addStatus(root: Command): void {
  addCommand(root, 'status', 'show services, backends, counters and devices; reads the kernel, so it works without run')
    .option('--json', 'as one JSON document')
    .action(async (options: InstanceFlags & { readonly json?: boolean }) => {
      requirePrivileges()
      const status = await readStatus(instancePaths(options))
      console.log(options.json === true ? JSON.stringify(status, undefined, 2) : formatStatus(status))
      if (status.program === null) process.exitCode = 3
    })
}
