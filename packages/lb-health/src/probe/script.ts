import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { ScriptCheck } from '../check/check.ts'
import type { Outcome } from '../state/state.ts'
import { fail, none, pass, type Probe, type Running, type Target } from './probe.ts'
import { runAs } from './run-as.ts'
import { unable } from './unable.ts'
import { quote, troubled } from './words.ts'

const KEPT_OUTPUT = 4096
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Runs a program as an unprivileged user, in a process group of its own, which is killed as a whole when its time is up. */
export const script: Probe<ScriptCheck> = (spec, target, done) => {
  try {
    return follow(spec, start(spec, target), done)
  } catch (error) {
    return unable(`cannot run ${spec.command[0]}: ${(error as Error).message}`, done)
  }
}

type Child = ChildProcessByStdio<null, Readable, Readable>

function start({ command: [program = '', ...args], user, env }: ScriptCheck, { address, port }: Target): Child {
  return spawn(program, args, {
    ...runAs(user),
    cwd: '/',
    env: { PATH, HOME: '/', ...env, SKEP_CHECK_ADDRESS: address, SKEP_CHECK_PORT: String(port) },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function follow({ command: [program = ''] }: ScriptCheck, child: Child, done: (outcome: Outcome) => void): Running {
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
      if (ended) return judge(exitCode, signalCode, output)
      return fail(withOutput('time is up: the program still ran, and was killed', output))
    },
  }
}

function judge(code: number | null, signal: string | null, output: string): Outcome {
  const reason = withOutput(code === null ? `killed by ${signal}` : `exit status ${code}`, output)
  return code === 0 ? pass(reason) : fail(reason)
}

/** With the last line that the program wrote. */
function withOutput(reason: string, output: string): string {
  const said = output.trim().split('\n').at(-1) ?? ''
  return said === '' ? reason : `${reason}: ${quote(said)}`
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
