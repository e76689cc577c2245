import { untilEnded } from '@skep/daemon'
import { loadOptions } from '../options/load.ts'
import { run } from '../run.ts'

/** `skep-agent run`, until a signal ends it. */
export async function runAgent(args: readonly string[], version: string): Promise<void> {
  await run(loadOptions(args, process.env), version, untilEnded())
}
