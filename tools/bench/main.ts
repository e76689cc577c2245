import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bench, BenchCase } from './bench.ts'
import { table } from './table.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, json: { type: 'boolean', default: false } },
})
const groups = ['control', 'datapath']
if (values.only !== undefined && !groups.includes(values.only)) {
  console.error(`bench: ONLY=${values.only}: no such group; ${groups.join(' or ')}, or none for all`)
  process.exit(2)
}

const roots = positionals.length > 0 ? positionals : ['{packages,apps}/*']
const files = roots.flatMap((root) => globSync(`${root}/bench/*.bench.ts`)).toSorted()
const cases: BenchCase[] = []
for (const file of files) {
  const { default: bench } = (await import(resolve(file))) as { default: Bench }
  if (values.only !== undefined && bench.group !== values.only) continue
  console.error(`bench: ${file}`)
  await bench.run((result) => {
    cases.push(result)
    console.error(`  ${result.name}`)
  })
}
if (cases.length === 0) throw new Error(`bench: no bench/*.bench.ts below ${roots.join(', ')}`)
console.log(values.json ? JSON.stringify({ cases }) : table(cases))
process.exit(0)
