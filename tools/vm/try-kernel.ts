import { createWriteStream, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { boot } from './boot/qemu.ts'
import { type Job, JOB_FILE, type Work } from './guest/job.ts'
import { Kept, KEPT_FOLDER } from './kept/kept.ts'
import type { ChosenKernel } from './kernels/choose.ts'
import type { Plan } from './plan.ts'
import type { Outcome } from './results/outcome.ts'

const root = join(import.meta.dirname, '../..')
const keptFolder = join(root, KEPT_FOLDER)

/** How much slower than a machine an emulated one is where processes start: time-outs are that much longer in there. */
const TIME_FACTOR = 12

/** How a kernel is tried. */
export interface Manner {
  /** Only what is not known yet. */
  readonly resume: boolean
  readonly say: (line: string) => void
}

/** Boots a kernel, has the plan's job done in there, and says what came of it. */
export async function tryKernel(kernel: ChosenKernel, plan: Plan, { resume, say }: Manner): Promise<Outcome> {
  const version = kernel.version.replace(/[-~+].*$/, '')
  const kept = new Kept(root, version)
  const todo = resume ? kept.missing(plan.job) : plan.job
  kept.forget(todo)
  const tell = teller(version, say)
  const counted: string[] = []
  const log = logFile(version, resume)
  const onLine = (line: string): void => {
    log.write(`${line}\n`)
    if (isProgress(line)) tell(line)
    if (line.startsWith(COUNTED)) counted.push(line.slice(COUNTED.length))
  }
  const once = (work: Work): Promise<string | undefined> => {
    const files = { [basename(JOB_FILE)]: JSON.stringify({ ...work, version } satisfies Job) }
    const { timeoutMs, cpus } = plan
    const options = { kernel, root, command: commandLine(), files, kept: keptFolder, timeoutMs, cpus, onLine }
    return boot(options, ({ status, why }) => (status === 0 ? undefined : (why ?? `it ended with exit code ${status}`)))
  }
  tell(told(plan.job, todo))
  let why = isEmpty(todo) ? undefined : await once(todo)
  const left = kept.unknown(todo)
  // An emulated processor, now and then, makes a process fault that does not on a real one.
  if (!isEmpty(left)) {
    tell(`${why ?? 'not all was run'}; once more`)
    why = await once(left)
  }
  return { wanted: kernel.wanted, version, ...kept.collect(plan.job), counted, ...(why === undefined ? {} : { why }) }
}

function isEmpty({ objects, tests }: Work): boolean {
  return objects.length === 0 && tests.length === 0
}

function told(whole: Work, todo: Work): string {
  if (isEmpty(todo)) return 'nothing is missing'
  const known = whole.tests.length - todo.tests.length
  return `boots for ${todo.tests.length} files of tests${known > 0 ? `; ${known} are known` : ''}`
}

function teller(version: string, say: (line: string) => void): (line: string) => void {
  const start = performance.now()
  const seconds = (): number => Math.round((performance.now() - start) / 1000)
  return (line) => say(`${version} ${String(seconds()).padStart(4)} s  ${line}`)
}

/** All that a machine says; the run shows what `isProgress` takes. */
function logFile(version: string, resume: boolean): NodeJS.WritableStream {
  mkdirSync(keptFolder, { recursive: true })
  return createWriteStream(join(keptFolder, `${version}.log`), { flags: resume ? 'a' : 'w' })
}

const COUNTED = 'counted: '

/** What programs load, how each file of tests went, and what tests have counted. */
export function isProgress(line: string): boolean {
  return /^(booted|loads |refuses |PASS |FAIL |vm: |counted: )/.test(line)
}

/** The ordinary tests, by the pinned Node, which keeps what it has compiled from run to run. */
function commandLine(): string {
  return [
    'echo booted',
    `cd ${quoted(root)}`,
    `export PATH="$PWD/node_modules/.bin:$PATH" CI=true NO_COLOR=1 FUZZ_RUNS=20 SKEP_TIME_FACTOR=${TIME_FACTOR}`,
    'export NODE_OPTIONS="--require=$PWD/tools/vm/guest/quick.cjs"',
    'export TMPDIR=/run/tmp; mkdir -p "$TMPDIR"',
    'export NODE_COMPILE_CACHE=/run/node; mkdir -p "$NODE_COMPILE_CACHE"',
    'tar -C "$NODE_COMPILE_CACHE" -xf /run/kept/node.tar 2>/dev/null',
    'node --conditions=@skep/source tools/vm/guest/main.ts',
    'status=$?',
    'tar -C "$NODE_COMPILE_CACHE" -cf /run/kept/node.tar.new . && mv /run/kept/node.tar.new /run/kept/node.tar',
    'exit $status',
  ].join('\n')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
