import type { Command } from 'commander'
import { check } from '../check.ts'
import { instancePaths } from '../instance/paths.ts'
import { addCommand, configOption, type ConfigOption, type InstanceFlags } from './options.ts'

export function addCheck(root: Command): void {
  addCommand(root, 'check', 'validate a configuration and say what run would do on this machine; changes nothing')
    .addOption(configOption())
    .action((options: InstanceFlags & ConfigOption) => {
      for (const line of check(instancePaths(options), options.config)) console.log(line)
    })
}
