import { loadOptions } from '../options/load.ts'
import { run } from '../run.ts'

/** `skep-agent run`, until a signal ends it. */
export async function runAgent(args: readonly string[], version: string): Promise<void> {
  await run(loadOptions(args, process.env), version, ended())
}

function ended(): AbortSignal {
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
  return ending.signal
}
