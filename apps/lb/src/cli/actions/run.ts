import { openLog, untilEnded } from '@skep/daemon'
import { instancePaths } from '../../instance/paths.ts'
import { machineRules } from '../../machine.ts'
import { run } from '../../run.ts'
import { fileSource } from '../../source/file.ts'
import type { RunFlags } from '../run.ts'

/** `skep-lb run`, until a signal ends it. */
export async function runInstance(flags: RunFlags): Promise<void> {
  const paths = instancePaths(flags)
  const log = openLog({ level: flags.logLevel, format: flags.logFormat, about: { instance: paths.instance } })
  const ending = untilEnded((signal) =>
    log.info({ signal }, 'ending; traffic goes on. To end it, too: skep-lb uninstall'),
  )
  await run(paths, fileSource(flags.config, machineRules), log, ending, flags)
}
