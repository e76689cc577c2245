import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Bench, type BenchCase, groups } from './bench.ts'
import { jsonDocument, textTable } from './document.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, json: { type: 'boolean', default: false } },
})
if (values.only !== undefined && !groups.some((group) => group === values.only)) {
  console.error(`bench: ONLY=${values.only}: no such group; ${groups.join(' or ')}, or none for all`)
  process.exit(2)
}

const roots = positionals.length > 0 ? positionals : ['{packages,apps}/*', 'tools']
const files = roots.flatMap((root) => globSync(`${root}/bench/**/*.bench.ts`)).toSorted()
const cases: BenchCase[] = []
const floors: BenchCase[] = []
let failed = 0
for (const file of files) {
  try {
    const { default: bench } = (await import(resolve(file))) as { default: Bench }
    if (values.only === undefined ? bench.onlyAsked === true : bench.group !== values.only) continue
    console.error(`bench: ${file}`)
    await bench.run(
      (result) => {
        cases.push(result)
        console.error(`  ${result.name}`)
      },
      (floor) => floors.push(floor),
    )
  } catch (error) {
    // What the others measured is worth no less.
    console.error(`bench: ${file} FAILED`, error)
    failed++
  }
}
if (failed === 0 && cases.length === 0) throw new Error(`bench: no bench/*.bench.ts below ${roots.join(', ')}`)
console.log(values.json ? jsonDocument({ cases, floors }) : textTable({ cases, floors }))
process.exit(failed > 0 ? 1 : 0)
