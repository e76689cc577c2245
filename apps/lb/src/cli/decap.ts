import { Option, type Command } from 'commander'
import { LOG_LEVELS, type LogLevel } from '@skep/daemon/command'
import type * as Actions from './actions/decap.ts'
import { addCommand, type InstanceFlags } from './options.ts'

/** Where the configuration of a backend lies. */
export interface DecapConfig {
  readonly config: string
}

/** What `skep-lb decap run` takes. */
export interface DecapRunFlags extends InstanceFlags, DecapConfig {
  readonly logLevel: LogLevel
}

const actions = (): Promise<typeof Actions> => import('./actions/decap.ts')

/** `skep-lb decap …`: the commands for a host that is a backend. */
export function addDecap(root: Command): void {
  const decap = root
    .command('decap')
    .description('for backends: take IPIP off without a tunnel device, and answer as the service that an option names')
  addCommand(decap, 'run', 'install or adopt the programs, follow the configuration and the host’s addresses')
    .addOption(configOption())
    .addOption(new Option('--log-level <level>').choices(LOG_LEVELS).default('info'))
    .action(async (flags: DecapRunFlags) => (await actions()).runBackend(flags))
  addCommand(decap, 'check', 'validate a configuration and say what run would do on this host; changes nothing')
    .addOption(configOption())
    .action(async (flags: InstanceFlags & DecapConfig) => (await actions()).checkBackend(flags))
  addCommand(decap, 'status', 'show devices and counters; reads the kernel, so it works without run')
    .option('--json', 'as one JSON document')
    .action(async (flags: InstanceFlags & { json?: boolean }) => (await actions()).status(flags))
  addCommand(decap, 'uninstall', 'take the programs off the devices and remove their tables').action(
    async (flags: InstanceFlags) => (await actions()).uninstall(flags),
  )
}

function configOption(): Option {
  return new Option('-c, --config <file>', 'the configuration, YAML').default('/etc/skep/decap.yaml')
}
