import { requirePrivileges } from '../../host/preflight.ts'
import { instancePaths } from '../../instance/paths.ts'
import { formatStatus } from '../../status/format.ts'
import { readStatus } from '../../status/read.ts'
import { NOT_INSTALLED } from '../help.ts'
import type { StatusFlags } from '../status.ts'

/** `skep-lb status` */
export async function showStatus(flags: StatusFlags): Promise<void> {
  requirePrivileges()
  const status = await readStatus(instancePaths(flags))
  console.log(flags.json === true ? JSON.stringify(status, undefined, 2) : formatStatus(status))
  if (status.program === null) process.exitCode = NOT_INSTALLED
}
