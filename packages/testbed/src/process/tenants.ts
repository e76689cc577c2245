import { readdirSync, statSync } from 'node:fs'

/** Processes whose network namespace has this inode, this one left out. Equivalent to `ip netns pids <name>`. */
export function processesIn(inode: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  return pids.filter((pid) => namespaceOf(pid) === inode).map(Number)
}

/** Kills what runs in a namespace, grandchildren and daemons included. */
export function killProcessesIn(inode: number): void {
  for (const pid of processesIn(inode)) tryKill(pid)
}

/** `undefined` for a process that ended meanwhile, or that this one may not look into. */
function namespaceOf(pid: string): number | undefined {
  try {
    return statSync(`/proc/${pid}/ns/net`).ino
  } catch {
    return undefined
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
