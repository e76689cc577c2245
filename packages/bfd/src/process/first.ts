import { readFileSync, writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { scheduleRealtime, SocketError } from 'sockets-ts'

/** What this process needs of the host to run first: a test has others. */
export interface Host {
  realtime(): void
  nice(): void
  /** Whether the process leads its session: its group of tasks is its own then. */
  readonly leads: boolean
  niceGroup(): void
}

/**
 * Has this process run when something is due, whatever else the host does: in real time, or as far before others as it may.
 * Says what it got, and why not more.
 */
export function runFirst(host: Host = thisHost()): string {
  try {
    host.realtime()
    return 'in real time (SCHED_RR)'
  } catch (error) {
    if (!(error instanceof SocketError)) throw error
    return `${byNice(host)}, not in real time: ${error.message}`
  }
}

function byNice(host: Host): string {
  try {
    host.nice()
  } catch (error) {
    return `like everybody (${(error as Error).message})`
  }
  if (!host.leads) return 'with nice -20'
  try {
    // Where tasks are grouped by session, a nice value counts within the group only, and the group's among groups.
    host.niceGroup()
  } catch {
    return 'with nice -20 within its session'
  }
  return 'with nice -20'
}

function thisHost(): Host {
  return {
    realtime: () => scheduleRealtime(),
    nice: () => setPriority(constants.priority.PRIORITY_HIGHEST),
    leads: sessionOf(readFileSync('/proc/self/stat', 'utf8')) === process.pid,
    niceGroup: () => writeFileSync('/proc/self/autogroup', String(constants.priority.PRIORITY_HIGHEST)),
  }
}

/** Behind the program's name, which may have any characters: state, parent, group, session. */
function sessionOf(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3])
}
