// Boots kernels and runs the ordinary tests inside: node main.ts [--smoke] [--kernel 6.1] [--tests bond]
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { provideKernels } from './kernels/kernels.ts'
import { obstacle } from './obstacles.ts'
import { kernelsOf, type Plan, planOf } from './plan.ts'
import { judge } from './results/judge.ts'
import type { Outcome } from './results/outcome.ts'
import { report } from './results/report.ts'
import { UNSUPPORTED } from './results/unsupported.ts'
import { tryKernel } from './try-kernel.ts'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: { smoke: { type: 'boolean', default: false }, kernel: { type: 'string' }, tests: { type: 'string' } },
})
const say = (line: string): void => console.error(`kernels: ${line}`)

const wanted = kernelsOf(values.kernel)
if (typeof wanted === 'string') refuse(wanted)
const plans = new Map(wanted.map((name) => [name, planFor(name)]))

const impossible = obstacle()
if (impossible !== undefined) {
  say(`skipped: ${impossible}`)
  process.exit(0)
}

process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

const { kernels, missing } = provideKernels(wanted, say)
const outcomes: Outcome[] = []
for (const name of wanted) {
  const kernel = kernels.find((one) => one.wanted === name)
  const why = missing.find((one) => one.wanted === name)?.why ?? 'there is none'
  outcomes.push(
    kernel ? await tryKernel(kernel, plans.get(name)!, say) : { wanted: name, version: name, why, skipped: true },
  )
}
const judged = outcomes.map((outcome) => ({ outcome, judgement: judge(outcome, UNSUPPORTED) }))
console.log(`\n${report(judged)}`)
process.exitCode = judged.some(({ judgement }) => judgement.troubles.length > 0) ? 1 : 0

function planFor(kernel: string): Plan {
  const plan = planOf(root, values, kernel)
  return typeof plan === 'string' ? refuse(plan) : plan
}

function refuse(why: string): never {
  console.error(`test-kernels: ${why}`)
  process.exit(2)
}
