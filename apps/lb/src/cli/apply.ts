import type { Command } from 'commander'
import { addCommand, type InstanceFlags } from './options.ts'

/** What `skep-lb apply` takes. */
export interface ApplyFlags extends InstanceFlags {
  readonly file: string
  readonly dryRun?: boolean
}

export function addApply(root: Command): void {
  addCommand(root, 'apply', 'make a configuration the one that run follows: all of it, for good, or nothing')
    .requiredOption('-f, --file <file>', 'the configuration, YAML; -: from the standard input')
    .option('--dry-run', 'only say what would change')
    .addHelpText(
      'after',
      '\nThe file that run was started with is replaced, so that it says what is carried out, also after a restart.',
    )
    .action(async (flags: ApplyFlags) => (await import('./actions/apply.ts')).apply(flags))
}
