import { createWriteStream, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Booted, boot } from './boot/qemu.ts'
import { JOB_FILE, type JobResult, RESULT_FILE } from './guest/job.ts'
import type { ChosenKernel } from './kernels/choose.ts'
import type { Plan } from './plan.ts'
import type { Outcome } from './results/outcome.ts'

const root = join(import.meta.dirname, '../..')

/** How much slower than a machine an emulated one is: time-outs are that much longer in there. */
const TIME_FACTOR = 10

/** Boots a kernel, has the plan's job done in there, and says what came of it. */
export async function tryKernel(kernel: ChosenKernel, plan: Plan, say: (line: string) => void): Promise<Outcome> {
  const { wanted } = kernel
  const version = kernel.version.replace(/[-~+].*$/, '')
  const start = performance.now()
  const seconds = (): number => Math.round((performance.now() - start) / 1000)
  const tell = (line: string): void => say(`${version} ${String(seconds()).padStart(4)} s  ${line}`)
  const log = createWriteStream(logFile(version))
  const onLine = (line: string): void => {
    log.write(`${line}\n`)
    if (isProgress(line)) tell(line)
  }
  const files = { [basename(JOB_FILE)]: JSON.stringify(plan.job) }
  const once = (): Promise<Outcome> =>
    boot(
      { kernel, root, command: commandLine(), files, timeoutMs: plan.timeoutMs, cpus: plan.cpus, onLine },
      (booted) => ({
        wanted,
        version,
        ...resultOf(booted),
      }),
    )
  tell('boots')
  const first = await once()
  if (first.result) return first
  // An emulated processor, now and then, makes a process fault that does not on a real one.
  tell(`${first.why}; once more`)
  return once()
}

/** All that a machine says; the run shows what `isProgress` takes. */
function logFile(version: string): string {
  const folder = join(root, '.cache/test-kernels')
  mkdirSync(folder, { recursive: true })
  return join(folder, `${version}.log`)
}

/** What programs load, how each file of tests went, and what tests have counted. */
export function isProgress(line: string): boolean {
  return /^(booted|loads |refuses |PASS |FAIL |vm: |counted: )/.test(line)
}

/** The ordinary tests, by the pinned Node. */
function commandLine(): string {
  return [
    'echo booted',
    `cd ${quoted(root)}`,
    `export PATH="$PWD/node_modules/.bin:$PATH" CI=true NO_COLOR=1 FUZZ_RUNS=20 SKEP_TIME_FACTOR=${TIME_FACTOR}`,
    'exec node --conditions=@skep/source tools/vm/guest/main.ts',
  ].join('\n')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

function resultOf({ status, why, read }: Booted): Pick<Outcome, 'result' | 'why'> {
  const result = read(basename(RESULT_FILE))
  if (result !== undefined) return { result: JSON.parse(result) as JobResult }
  return { why: why ?? `the command ended with exit code ${status} and no result` }
}
