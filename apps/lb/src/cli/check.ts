import type { Command } from 'commander'
import { check } from '../check/check.ts'
import { count } from '@skep/config-file'
import { instancePaths } from '../instance/paths.ts'
import { documented } from './help.ts'
import { addCommand, configOption, type ConfigOption, type InstanceFlags } from './options.ts'

/** The exit code of `--strict` where something is warned about. */
const WARNED = 2

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
  }).action((options: InstanceFlags & ConfigOption & { readonly strict?: boolean }) => {
    const { lines, warnings } = check(instancePaths(options), options.config)
    for (const line of [...lines, ...warnings.map((text) => `warning: ${text}`)]) console.log(line)
    if (warnings.length === 0) return
    console.log(count(warnings.length, 'warning'))
    if (options.strict === true) process.exitCode = WARNED
  })
}
