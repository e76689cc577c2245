import { readdirSync, readFileSync } from 'node:fs'
import { ownerOf, runMark, thisOwner } from '../own-name.ts'

/** Who else was there to make things. */
export interface Company {
  /** Other test runs that were under way at some moment of the time in question. */
  readonly runs: ReadonlySet<number>
}

/**
 * Whether a namespace or pin is somebody else's: the kernel tells no owner. A name with the number of a test run and
 * worker (`ownName`) is theirs, whatever has become of them. One with another number that could be a process's is that
 * process's, alive or not. Of one without any, nobody can know while other runs are about, and it is not ours then.
 */
export function isAnothers(name: string, { runs }: Company): boolean {
  const owner = ownerOf(name)
  if (owner !== undefined) return owner !== thisOwner()
  const numbers = (name.match(/\d{3,}/g) ?? []).map(Number)
  if (numbers.includes(process.pid)) return false
  return numbers.length > 0 || runs.size > 0
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
