import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HealthError } from '../error.ts'

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
export async function spawnHealth(options: SpawnOptions): Promise<void> {
  mkdirSync(dirname(options.socket), { recursive: true, mode: 0o755 })
  const [program, ...first] = options.command ?? ownCommand()
  const args = ['--socket', options.socket]
  if (options.maxInFlight !== undefined) args.push('--max-in-flight', String(options.maxInFlight))
  if (options.orphanSeconds !== undefined) args.push('--orphan-seconds', String(options.orphanSeconds))
  const log = options.logFile === undefined ? 'ignore' : openSync(options.logFile, 'a', 0o640)
  try {
    await listening(spawn(program!, [...first, ...args], { detached: true, stdio: ['ignore', 'ignore', log, 'ipc'] }))
  } finally {
    if (log !== 'ignore') closeSync(log)
  }
}

function ownCommand(): string[] {
  const fromSource = import.meta.filename.endsWith('.ts')
  const main = fileURLToPath(new URL(fromSource ? './main.ts' : './main.js', import.meta.url))
  return [process.execPath, ...(fromSource ? ['--conditions=@skep/source'] : []), main]
}

/** It says so, or it ends because another one listens already. */
function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (problem?: string, cause?: unknown): void => {
      child.removeAllListeners()
      // It may still fail to be signalled or spoken to; nobody does.
      child.on('error', () => {})
      if (child.connected) child.disconnect()
      child.unref()
      if (problem === undefined) resolve()
      else reject(new HealthError('NOT_STARTED', 'start the health process', problem, { cause }))
    }
    child.once('message', (message) => settle(message === 'ready' ? undefined : JSON.stringify(message)))
    child.once('error', (error) => settle(`cannot run ${child.spawnfile}: ${error.message}`, error))
    child.once('exit', (code, signal) =>
      settle(
        code === 0
          ? undefined
          : `it ended at once (${signal ?? `exit status ${code}`}); name a logFile to see what it said`,
      ),
    )
  })
}
