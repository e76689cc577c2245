import { type Command, Option } from 'commander'
import { type Format, formats } from '../get/formats.ts'
import type { PlanRequest } from '../plan/plan.ts'
import { documented } from './help.ts'
import { wholeNumber } from './numbers.ts'

/** What `skep-lb plan` takes. */
export interface PlanFlags extends PlanRequest {
  readonly cpus?: number
  readonly output: Format
}

export function addPlan(root: Command): void {
  const command = root
    .command('plan')
    .description('say what the tables of an installation would take, and the capacity to write; installs nothing')
    .requiredOption('--services <number>', 'frontends: address, port and protocol', wholeNumber(0, 838_860))
    .requiredOption('--backends <number>', 'counted once for each frontend of their family', wholeNumber(0, 3_355_443))
    .option('--connections <number>', 'at one time', wholeNumber(0, 16_777_216), 262_144)
    .option(
      '--records <number>',
      'flows to remember at one time while slots change hands (DSR, affinity)',
      wholeNumber(0, 16_777_216),
      262_144,
    )
    .option(
      '--source-ranges <number>',
      'prefixes in source ranges, counted once for each frontend',
      wholeNumber(0, 838_860),
      1024,
    )
    .option(
      '--rate-limited-clients <number>',
      'client prefixes whose new connections are counted at one time',
      wholeNumber(0, 16_777_216),
      65_536,
    )
    .option('--cpus <number>', 'that the machine may have; left out: as this one', wholeNumber(1, 8192))
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(formats).default('table'))
  documented(command, ['skep-lb plan --services 1000 --backends 20000 --connections 1000000']).action(
    async (flags: PlanFlags) => (await import('./actions/plan.ts')).showPlan(flags),
  )
}
