import type { ChildProcess, SpawnOptions as NodeSpawnOptions } from 'node:child_process'
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { NetlinkError } from '../error.ts'

/** As `child_process.spawn()` has them. */
export type SpawnOptions = NodeSpawnOptions

export interface ExecOptions {
  /** What the command reads; without it, nothing. */
  readonly input?: string | Uint8Array | undefined
  /** After this many milliseconds the command is killed (SIGKILL) and the call fails with `TIMEOUT`. Default: none. */
  readonly timeoutMs?: number | undefined
  /** Kills the command; the call fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly cwd?: string | undefined
}

export interface ExecResult {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

interface Enterable {
  run<T>(fn: () => T): T
}

/** libuv forks on the calling thread, and a child starts in its parent thread's namespace. */
export function spawnIn(
  namespace: Enterable,
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  return namespace.run(() => spawn(command, [...args], options))
}

/** Feeds a child its input and gathers its output until both of its streams are closed. */
export async function collect(child: ChildProcess, line: string, options: ExecOptions): Promise<ExecResult> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const output = { stdout: '', stderr: '' }
  gather(child.stdout, (text) => (output.stdout += text))
  gather(child.stderr, (text) => (output.stderr += text))
  child.on('error', (cause) => reject(failure(line, cause, options.signal)))
  child.once('close', (code, signal) => (code === null ? reject(killed(line, signal, output.stderr)) : resolve(code)))
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => stop(child, line, options, reject), options.timeoutMs)
  // A command that does not read its input closes the pipe: no trouble of ours.
  child.stdin?.on('error', () => undefined).end(options.input)
  try {
    return { code: await promise, ...output }
  } finally {
    clearTimeout(timer)
  }
}

function gather(stream: Readable | null, add: (text: string) => void): void {
  stream?.setEncoding('utf8').on('data', add)
}

function stop(child: ChildProcess, line: string, options: ExecOptions, reject: (error: Error) => void): void {
  child.kill('SIGKILL')
  // A grandchild may hold the other ends.
  child.stdout?.destroy()
  child.stderr?.destroy()
  reject(
    new NetlinkError('TIMEOUT', 'namespace.exec', `${line} ran longer than ${options.timeoutMs} ms and was killed`, {
      hint: 'give it more with timeoutMs',
    }),
  )
}

function failure(line: string, cause: Error, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason
  const code = 'code' in cause && cause.code === 'ENOENT' ? 'NOT_FOUND' : 'REFUSED'
  return new NetlinkError(code, 'namespace.exec', `${line} did not start: ${cause.message}`, { cause })
}

function killed(line: string, signal: NodeJS.Signals | null, stderr: string): NetlinkError {
  const said = stderr.trim() === '' ? '' : `; it said ${JSON.stringify(stderr.trim())}`
  return new NetlinkError('REFUSED', 'namespace.exec', `${line} was ended by ${signal}${said}`)
}
