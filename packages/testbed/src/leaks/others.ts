import { readdirSync, readFileSync } from 'node:fs'
import { runMark, runOf } from '../own-name.ts'

/** Who else was there to make things. */
export interface Company {
  /** Other test runs that were under way at some moment of the time in question. */
  readonly runs: ReadonlySet<number>
}

/**
 * Whether a namespace or pin is somebody else's: the kernel tells no owner. A name with a test run's number is that
 * run's, whatever has become of it (`ownName`). Of one without, nobody can know while other runs are about; it is not
 * ours then, nor when it has the number of another Node process that lives.
 */
export function isAnothers(name: string, { runs }: Company): boolean {
  const owner = runOf(name)
  if (owner !== undefined) return owner !== process.env[runMark]
  const numbers = (name.match(/\d+/g) ?? []).map(Number)
  if (numbers.includes(process.pid)) return false
  return runs.size > 0 || numbers.some((pid) => isNode(commandOf(pid)))
}

/** Test runs under way on this machine, besides this one. */
export function otherRuns(): Set<number> {
  const own = new Set([process.pid, process.ppid, Number(process.env[runMark])])
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && !own.has(pid))
  return new Set(pids.filter((pid) => isTestRun(commandOf(pid))))
}

function isTestRun(command: readonly string[]): boolean {
  return isNode(command) && command.some((word) => word.endsWith('jest/bin/jest.js'))
}

function isNode([program = '']: readonly string[]): boolean {
  return /(^|\/)node$/.test(program)
}

/** Empty for a kernel thread, a zombie and a number that no process has. */
function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}
