import { readdirSync, readFileSync } from 'node:fs'

/**
 * Whether a namespace or pin, of which the kernel tells no owner, may be somebody else's: its name has the number of
 * another Node process that lives, or another test run is under way on this machine and the name has not our number.
 */
export function mayBeAnothers(name: string, runs: ReadonlySet<number> = otherRuns()): boolean {
  const numbers = (name.match(/\d+/g) ?? []).map(Number)
  if (numbers.includes(process.pid)) return false
  return runs.size > 0 || numbers.some((pid) => isNode(commandOf(pid)))
}

/** Test runs under way on this machine, besides this one. */
export function otherRuns(): Set<number> {
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && pid !== process.ppid)
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
