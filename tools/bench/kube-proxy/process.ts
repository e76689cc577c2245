import { globSync, readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100

export interface ProcessFigures {
  /** Of the process and of those that it has started and that have ended: `nft`, `iptables-restore`. */
  readonly cpuSeconds: number
  /** What it has in memory now, and the most that it ever had. */
  readonly megabytes: number
  readonly mostMegabytes: number
}

/** What a process has used so far. */
export function processFigures(pid: number): ProcessFigures {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const [user, system, childrensUser, childrensSystem] = fields.slice(11, 15).map(Number)
  return {
    cpuSeconds: (user! + system! + childrensUser! + childrensSystem!) / TICKS_PER_SECOND,
    megabytes: kilobytes(status, 'VmRSS') / 1024,
    mostMegabytes: kilobytes(status, 'VmHWM') / 1024,
  }
}

/** Whether it sleeps, in all of its threads, and waits for nobody that it started. */
export function rests(pid: number): boolean {
  const tasks = globSync(`/proc/${pid}/task/*`)
  return tasks.every((task) => stateOf(task) === 'S' && childrenOf(task) === '')
}

function stateOf(task: string): string | undefined {
  return /\) (\w)/.exec(readIfThere(`${task}/stat`))?.[1] ?? 'S'
}

function childrenOf(task: string): string {
  return readIfThere(`${task}/children`).trim()
}

/** A thread may end meanwhile. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function kilobytes(status: string, field: string): number {
  return Number(new RegExp(String.raw`${field}:\s+(\d+)`).exec(status)?.[1])
}
