import type { Logger } from 'pino'
import { instancePaths } from '../../instance/paths.ts'
import { openLog } from '../../log/log.ts'
import { machineRules } from '../../machine.ts'
import { run } from '../../run.ts'
import { fileSource } from '../../source/file.ts'
import type { RunFlags } from '../run.ts'

/** `skep-lb run`, until a signal ends it. */
export async function runInstance(flags: RunFlags): Promise<void> {
  const paths = instancePaths(flags)
  const log = openLog({ level: flags.logLevel, format: flags.logFormat, instance: paths.instance })
  await run(paths, fileSource(flags.config, machineRules), log, endOfProcess(log), flags)
}

function endOfProcess(log: Logger): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'ending; traffic goes on. To end it, too: skep-lb uninstall')
      controller.abort()
    })
  return controller.signal
}
