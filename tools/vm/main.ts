// Boots kernels and runs the ordinary tests inside: node main.ts [--smoke] [--kernel 6.1] [--tests bond]
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { provideKernels } from './kernels/kernels.ts'
import { obstacle } from './obstacles.ts'
import { kernelsOf, planOf } from './plan.ts'
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

const plan = planOf(root, values)
const wanted = kernelsOf(values.kernel)
if (typeof plan === 'string' || typeof wanted === 'string') {
  console.error(`test-kernels: ${typeof plan === 'string' ? plan : String(wanted)}`)
  process.exit(2)
}

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
  outcomes.push(kernel ? await tryKernel(kernel, plan, say) : { wanted: name, version: name, why, skipped: true })
}
const judged = outcomes.map((outcome) => ({ outcome, judgement: judge(outcome, UNSUPPORTED) }))
console.log(`\n${report(judged)}`)
process.exitCode = judged.some(({ judgement }) => judgement.troubles.length > 0) ? 1 : 0
