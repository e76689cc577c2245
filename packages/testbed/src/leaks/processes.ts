import { readdirSync, readFileSync } from 'node:fs'
import { runMark } from '../own-name.ts'

interface Process {
  readonly pid: number
  readonly parent: number
  readonly state: string
  readonly command: string
  readonly marked: boolean
}

/** The children of this process, and what else this test run started and nobody is the parent of any more. */
export function childProcesses(): Map<string, string> {
  const all = new Map(processes().map((process) => [process.pid, process]))
  const ours = [...all.values()].filter(
    (each) => each.state !== 'Z' && (each.parent === process.pid || isOrphan(each, all)),
  )
  return new Map(ours.map(({ pid, command }) => [String(pid), `process ${pid}: ${command}`]))
}

function isOrphan(each: Process, all: ReadonlyMap<number, Process>): boolean {
  const run = Number(process.env[runMark])
  const parent = all.get(each.parent)
  return each.marked && each.pid !== process.pid && each.parent !== run && parent?.marked !== true
}

function processes(): Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map((pid) => readProcess(pid)).filter((each) => each !== undefined)
}

/** `undefined` for one that ended meanwhile, or is a kernel thread. */
function readProcess(pid: string): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    const mark = `${runMark}=${process.env[runMark]}`
    const marked = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)
    return { pid: Number(pid), parent: Number(parent), state, command, marked }
  } catch {
    return undefined
  }
}
