import { Option, type Command } from 'commander'
import { pino, type Logger } from 'pino'
import { instancePaths } from '../instance/paths.ts'
import { machineRules } from '../machine.ts'
import { run } from '../run.ts'
import { fileSource } from '../source/file.ts'
import { addCommand, configOption, type ConfigOption, type InstanceFlags } from './options.ts'

interface RunOptions extends InstanceFlags, ConfigOption {
  readonly logLevel: string
}

export function addRun(root: Command): void {
  addCommand(root, 'run', 'run the load balancer: install or adopt it, follow the configuration and the network')
    .addOption(configOption())
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .action(async (options: RunOptions) => {
      const log = logger(options.logLevel)
      await run(instancePaths(options), fileSource(options.config, machineRules), log, endOfProcess(log))
    })
}

/** Written at once: what was said before a kill -9 is there. */
function logger(level: string): Logger {
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }))
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
