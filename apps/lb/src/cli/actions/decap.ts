import { openLog, untilEnded } from '@skep/daemon'
import { ownInstance, presentHooks, requireSameNamespace } from '@skep/lb-engine'
import { checkDecap } from '../../decap/check.ts'
import { decapPaths } from '../../decap/paths.ts'
import { runDecap } from '../../decap/run.ts'
import { formatDecapStatus, readDecapStatus } from '../../decap/status.ts'
import { removeDecap } from '../../decap/uninstall.ts'
import { requirePrivileges } from '../../host/preflight.ts'
import type { DecapConfig, DecapRunFlags } from '../decap.ts'
import { NOT_INSTALLED } from '../help.ts'
import type { InstanceFlags } from '../options.ts'

/** `skep-lb decap run`, until a signal ends it. */
export async function runBackend(flags: DecapRunFlags): Promise<void> {
  const log = openLog({ level: flags.logLevel, format: 'json' })
  const ending = untilEnded((signal) =>
    log.info({ signal }, 'ending; traffic goes on. To end it, too: skep-lb decap uninstall'),
  )
  await runDecap(decapPaths(flags), flags.config, log, ending)
}

/** `skep-lb decap check` */
export function checkBackend(flags: InstanceFlags & DecapConfig): void {
  for (const line of checkDecap(decapPaths(flags), flags.config)) console.log(line)
}

/** `skep-lb decap status` */
export function status(options: InstanceFlags & { json?: boolean }): void {
  requirePrivileges()
  const found = readDecapStatus(decapPaths(options))
  console.log(options.json === true ? JSON.stringify(found, undefined, 2) : formatDecapStatus(found))
  if (found.flows === null) process.exitCode = NOT_INSTALLED
}

/** `skep-lb decap uninstall` */
export function uninstall(options: InstanceFlags): void {
  requirePrivileges()
  const paths = decapPaths(options)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  using _lock = ownInstance(paths)
  requireSameNamespace(paths, () => presentHooks(paths).some(({ index }) => index !== 0))
  const lines = removeDecap(paths)
  for (const line of lines) console.log(line)
  console.log(lines.length === 0 ? `nothing of backend ${paths.instance} was installed` : 'uninstalled')
}
