import type { Command } from 'commander'
import { keyHelp } from '../top/state.ts'
import { documented, notInstalled } from './help.ts'
import { seconds } from './numbers.ts'
import { addCommand, type InstanceFlags } from './options.ts'

/** What `skep-lb top` takes. */
export interface TopFlags extends InstanceFlags {
  readonly interval: number
  readonly once?: boolean
  readonly json?: boolean
}

export function addTop(root: Command): void {
  const command = addCommand(root, 'top', 'show services and backends live, with packets and bytes per second')
    .option('--interval <seconds>', 'between two looks', seconds(0.1, 3600), 1)
    .option('--once', 'look for one interval and print; so it is where the output is no terminal')
    .option('--json', 'once, as one JSON document')
  documented(command, ['skep-lb top', 'skep-lb top --once --interval 5'], notInstalled)
    .addHelpText('after', `\nKeys: ${keyHelp}`)
    .action(async (flags: TopFlags) => (await import('./actions/top.ts')).showTop(flags))
}
