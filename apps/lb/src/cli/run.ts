import { Option, type Command } from 'commander'
import type { Logger } from 'pino'
import { instancePaths } from '../instance/paths.ts'
import { LOG_FORMATS, LOG_LEVELS, openLog, type LogOptions } from '../log/log.ts'
import { machineRules } from '../machine.ts'
import { run } from '../run.ts'
import { fileSource } from '../source/file.ts'
import { addCommand, configOption, type ConfigOption, type InstanceFlags } from './options.ts'

interface RunOptions extends InstanceFlags, ConfigOption {
  readonly logLevel: LogOptions['level']
  readonly logFormat: NonNullable<LogOptions['format']>
  readonly ciliumSocket?: string
}

export function addRun(root: Command): void {
  addCommand(root, 'run', 'run the load balancer: install or adopt it, follow the configuration and the network')
    .addOption(configOption())
    .addOption(new Option('--log-level <level>').choices(LOG_LEVELS).default('info'))
    .addOption(
      new Option('--log-format <format>', 'auto: text for a terminal, else JSON').choices(LOG_FORMATS).default('auto'),
    )
    .option('--cilium-socket <path>', "serve Cilium's service API here, too, like /var/run/cilium/cilium.sock")
    .action(async (options: RunOptions) => {
      const paths = instancePaths(options)
      const log = openLog({ level: options.logLevel, format: options.logFormat, instance: paths.instance })
      await run(paths, fileSource(options.config, machineRules), log, endOfProcess(log), options)
    })
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
