// Boots kernels and runs the ordinary tests inside: node main.ts [--smoke] [--kernel 6.1] [--tests bond] [--shard 2/4] [--all] [--resume] [--jobs 2]
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { provideKernels } from './kernels/kernels.ts'
import { obstacle } from './obstacles.ts'
import { Sums } from './kept/sum.ts'
import { kernelsOf, type Plan, planOf } from './plan.ts'
import { judge } from './results/judge.ts'
import type { Outcome } from './results/outcome.ts'
import { report } from './results/report.ts'
import { UNSUPPORTED } from './results/unsupported.ts'
import { tryKernel } from './try-kernel.ts'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    kernel: { type: 'string' },
    tests: { type: 'string' },
    shard: { type: 'string' },
    jobs: { type: 'string', default: '1' },
  },
})
const say = (line: string): void => console.error(`kernels: ${line}`)

const wanted = kernelsOf(values.kernel)
if (typeof wanted === 'string') refuse(wanted)
const jobs = Number(values.jobs)
if (!(Number.isSafeInteger(jobs) && jobs >= 1))
  refuse(`JOBS=${values.jobs}: not a number of virtual machines at a time`)
const sums = new Sums(root)
const plans = new Map(wanted.map((name) => [name, planFor(name)]))

const impossible = obstacle()
if (impossible !== undefined) {
  say(`skipped: ${impossible}`)
  process.exit(0)
}

process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

const { kernels, missing } = provideKernels(wanted, say)
const outcomes = new Map<string, Outcome>()
const waiting = [...wanted]
await Promise.all(Array.from({ length: jobs }, work))
const judged = wanted.map((name) => {
  const outcome = outcomes.get(name)!
  return { outcome, judgement: judge(outcome, UNSUPPORTED) }
})
console.log(`\n${report(judged)}`)
process.exitCode = judged.some(({ judgement }) => judgement.troubles.length > 0) ? 1 : 0

async function work(): Promise<void> {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) outcomes.set(name, await outcomeOf(name))
}

async function outcomeOf(name: string): Promise<Outcome> {
  const kernel = kernels.find((one) => one.wanted === name)
  if (kernel) return await tryKernel(kernel, plans.get(name)!, { resume: values.resume, say })
  const why = missing.find((one) => one.wanted === name)?.why ?? 'there is none'
  return { wanted: name, version: name, why, skipped: true }
}

function planFor(kernel: string): Plan {
  const plan = planOf(root, values, kernel, sums)
  return typeof plan === 'string' ? refuse(plan) : plan
}

function refuse(why: string): never {
  console.error(`test-kernels: ${why}`)
  process.exit(2)
}
