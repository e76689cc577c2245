import { readdirSync, readFileSync } from 'node:fs'
import { runMark } from '../own-name.ts'

/** Which worker of the run this is, as Jest says it and children inherit it. */
const WORKER = 'JEST_WORKER_ID'

interface Process {
  readonly pid: number
  readonly parent: number
  readonly state: string
  readonly command: string
  /** Started, by whomever, in this test run. */
  readonly inRun: boolean
  /** And in this worker, which runs one file at a time. */
  readonly inWorker: boolean
}

/** The children of this process, and what else this worker of the test run started and nobody is the parent of any more. */
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
  return each.inWorker && each.pid !== process.pid && each.parent !== run && parent?.inRun !== true
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
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    const inRun = environment.includes(`${runMark}=${process.env[runMark]}`)
    const inWorker = inRun && valueIn(environment, WORKER) === process.env[WORKER]
    return { pid: Number(pid), parent: Number(parent), state, command, inRun, inWorker }
  } catch {
    return undefined
  }
}

function valueIn(environment: readonly string[], name: string): string | undefined {
  return environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1)
}
