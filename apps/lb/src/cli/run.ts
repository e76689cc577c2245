import { Option, type Command } from 'commander'
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from '@skep/daemon/command'
import { addCommand, configOption, type ConfigOption, type InstanceFlags } from './options.ts'

/** What `skep-lb run` takes. */
export interface RunFlags extends InstanceFlags, ConfigOption {
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
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
    .action(async (flags: RunFlags) => (await import('./actions/run.ts')).runInstance(flags))
}
