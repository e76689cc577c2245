import type { Command } from 'commander'
import { documented } from './help.ts'
import { addCommand, configOption, type ConfigOption, type InstanceFlags } from './options.ts'

/** The exit code of `--strict` where something is warned about. */
export const WARNED = 2

/** What `skep-lb check` takes. */
export interface CheckFlags extends InstanceFlags, ConfigOption {
  readonly strict?: boolean
}

export function addCheck(root: Command): void {
  const command = addCommand(
    root,
    'check',
    'validate a configuration and say what run would do on this machine; changes nothing',
  )
    .addOption(configOption())
    .option('--strict', 'warnings fail, too')
  documented(command, ['skep-lb check --config lb.yaml', 'skep-lb check --strict --config lb.yaml'], {
    0: 'the configuration is valid',
    1: 'it is refused, with every reason',
    [WARNED]: 'with --strict: it is valid, but there are warnings',
  }).action(async (flags: CheckFlags) => (await import('./actions/check.ts')).showCheck(flags))
}
