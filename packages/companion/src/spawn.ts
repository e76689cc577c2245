import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { CompanionError } from './error.ts'

export interface SpawnOptions {
  /** What it is, for errors: `health process`. */
  readonly what: string
  readonly socket: string
  /** Program and first arguments; see {@link nodeCommand}. */
  readonly command: readonly string[]
  readonly args: readonly string[]
  /** A file that its stderr is appended to; by default nowhere, as it would hold this process's own stderr open. */
  readonly logFile?: string | undefined
}

/** Starts a companion that outlives this process, and waits until it listens, or ends because another one does. */
export async function spawnCompanion(options: SpawnOptions): Promise<void> {
  const { socket, logFile, command, args } = options
  mkdirSync(dirname(socket), { recursive: true, mode: 0o755 })
  const [program, ...first] = command
  const log = logFile === undefined ? 'ignore' : openSync(logFile, 'a', 0o640)
  try {
    const stdio = ['ignore', 'ignore', log, 'ipc'] as const
    await listening(options.what, spawn(program!, [...first, ...args], { detached: true, stdio: [...stdio] }))
  } finally {
    if (log !== 'ignore') closeSync(log)
  }
}

/** This Node with a module that lies beside the caller: `nodeCommand(import.meta.url, './main')`. */
export function nodeCommand(from: string, module: string): string[] {
  const fromSource = from.endsWith('.ts')
  const main = new URL(`${module}.${fromSource ? 'ts' : 'js'}`, from)
  const flags = fromSource ? ['--conditions=@skep/source'] : []
  return [process.execPath, ...flags, decodeURIComponent(main.pathname)]
}

/** It says so, or it ends because another one listens already. */
function listening(what: string, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (problem?: string, cause?: unknown): void => {
      child.removeAllListeners()
      // It may still fail to be signalled or spoken to; nobody does.
      child.on('error', () => {})
      if (child.connected) child.disconnect()
      child.unref()
      if (problem === undefined) resolve()
      else reject(new CompanionError('NOT_STARTED', `start the ${what}`, problem, { cause }))
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
