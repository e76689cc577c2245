import { nodeCommand, spawnCompanion } from '@skep/companion'

export interface SpawnOptions {
  readonly socket: string
  /** A file that its stderr is appended to; by default nowhere, as it would hold this process's own stderr open. */
  readonly logFile?: string | undefined
  /** Program and first arguments; by default this Node and this package's own main module. */
  readonly command?: readonly string[] | undefined
  readonly maxInFlight?: number | undefined
  /** After so long without a control plane the process ends; 0 = never. By default an hour. */
  readonly orphanSeconds?: number | undefined
}

/** Starts a health process that outlives this one, and waits until it listens. */
export function spawnHealth(options: SpawnOptions): Promise<void> {
  const { socket, logFile, command = nodeCommand(import.meta.url, './main') } = options
  const args = ['--socket', socket]
  if (options.maxInFlight !== undefined) args.push('--max-in-flight', String(options.maxInFlight))
  if (options.orphanSeconds !== undefined) args.push('--orphan-seconds', String(options.orphanSeconds))
  return spawnCompanion({ what: 'health process', socket, command, args, logFile })
}
