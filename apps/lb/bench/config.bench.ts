import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bench } from '../../../tools/bench/bench.ts'
import { largeConfig } from './large-config.ts'

const SERVICES = 10_000
const EACH = 10
const ROUNDS = 5

const parts = {
  parseSeconds: 'parse-and-check',
  loadSeconds: 'load-program',
  routesSeconds: 'routes',
  mapsSeconds: 'maps',
} as const

type Figure = 'seconds' | 'cpuSeconds' | 'megabytes' | 'ofThemTables' | keyof typeof parts

/**
 * From YAML text to maps that packets are balanced by: parsing, every check, loading the program, the ways to the backends,
 * computing and writing.
 * `megabytes` is the most that the process ever had, its own memory and the tables that it maps from the kernel.
 */
export default {
  group: 'control',
  run(report) {
    const folder = mkdtempSync(join(tmpdir(), 'skep-bench-'))
    try {
      const file = join(folder, 'lb.yaml')
      writeFileSync(file, largeConfig(SERVICES, EACH))
      const cache = join(folder, 'compiled')
      measure(file, cache)
      const rounds = Array.from({ length: ROUNDS }, () => measure(file, cache))
      const of = (figure: Figure): number => median(rounds.map((round) => round[figure]))
      const name = `control/config-${SERVICES * EACH}-backends`
      const [seconds, megabytes] = [of('seconds'), of('megabytes')]
      report({ name, seconds, cpuSeconds: of('cpuSeconds'), megabytes, ownMegabytes: megabytes - of('ofThemTables') })
      for (const part of Object.keys(parts) as (keyof typeof parts)[])
        report({ name: `${name}/${parts[part]}`, seconds: of(part) })
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
} satisfies Bench

/**
 * With the options of the command (bin/skep-lb.js), and without TypeScript's compiler, as it is installed: what has been
 * compiled is taken from the cache. The start of the process does not count.
 */
function measure(file: string, cache: string): Record<Figure, number> {
  const script = fileURLToPath(new URL('config-to-maps.ts', import.meta.url))
  const args = [...commandOptions(), '--conditions=@skep/source', script, file]
  const env = { ...process.env, NODE_COMPILE_CACHE: cache }
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', env })) as Record<Figure, number>
}

/** As the first line of the command has them. */
function commandOptions(): string[] {
  const [first = ''] = readFileSync(new URL('../bin/skep-lb.js', import.meta.url), 'utf8').split('\n')
  return first.split(' ').filter((word) => word.startsWith('--'))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
