import { type ChildProcess, spawn } from 'node:child_process'
import type { ScriptCheck } from '../check/check.ts'
import type { Outcome } from '../state/state.ts'
import { fail, none, pass, type Probe } from './probe.ts'
import { quote, troubled } from './words.ts'

const KEPT_OUTPUT = 4096

/** Runs a program in a process group of its own, which is killed as a whole when its time is up. */
export const script: Probe<ScriptCheck> = (spec, { address, port }, done) => {
  const [program = '', ...args] = spec.command
  const env = { ...process.env, SKEP_CHECK_ADDRESS: address, SKEP_CHECK_PORT: String(port) }
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let open = true
  const keep = (chunk: Buffer): void => {
    if (output.length < KEPT_OUTPUT) output += chunk.toString('latin1').slice(0, KEPT_OUTPUT)
  }
  const finish = (outcome: Outcome): void => {
    if (open) done(outcome)
    open = false
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', (error: NodeJS.ErrnoException) => finish(unstarted(program, error)))
  // What the program left running would hold its pipes.
  child.on('exit', () => killGroup(child))
  child.on('close', (code, signal) => finish(judge(code, signal, output)))
  const cancel = (): void => {
    open = false
    killGroup(child)
    child.stdout.destroy()
    child.stderr.destroy()
  }
  return {
    cancel,
    expire: () => {
      cancel()
      const { exitCode, signalCode } = child
      const ended = exitCode !== null || signalCode !== null
      return ended ? judge(exitCode, signalCode, output) : fail('time is up: the program still ran, and was killed')
    },
  }
}

function judge(code: number | null, signal: string | null, output: string): Outcome {
  if (code === 0) return pass('exit status 0')
  const said = output.trim().split('\n').at(-1) ?? ''
  const end = code === null ? `killed by ${signal}` : `exit status ${code}`
  return fail(said === '' ? end : `${end}: ${quote(said)}`)
}

function unstarted(program: string, error: NodeJS.ErrnoException): Outcome {
  return error.code === 'ENOENT' ? none(`${program} does not exist`) : troubled(error)
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // The whole group has ended.
  }
}
