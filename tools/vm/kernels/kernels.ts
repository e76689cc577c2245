import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Archive } from './archive.ts'
import { cacheFolder, fetchKernel, isKept } from './cache.ts'
import { type ChosenKernel, chooseKernels } from './choose.ts'

/** For so long a choice stands before the archive is asked again what is the newest. */
const STANDS_MS = 7 * 24 * 3600 * 1000

/** What there is to boot, and why what is missing is. */
export interface Kernels {
  readonly kernels: readonly ChosenKernel[]
  readonly missing: readonly { readonly wanted: string; readonly why: string }[]
}

interface Choice {
  readonly at: number
  readonly kernels: readonly ChosenKernel[]
}

/** Gets kernels into the cache, asking the archive only for what is not there or may have a successor. */
export function provideKernels(wanted: readonly string[], say: (line: string) => void): Kernels {
  const kept = readChoice()
  const fresh = kept.at > Date.now() - STANDS_MS
  const known = wanted.flatMap((name) => kept.kernels.find((kernel) => kernel.wanted === name) ?? [])
  if (fresh && known.length === wanted.length && known.every(isKept)) return { kernels: known, missing: [] }
  try {
    say("asking Debian's archive for kernels")
    const archive = Archive.open(join(cacheFolder(), 'apt'))
    return fetchAll(archive, wanted, say)
  } catch (error) {
    return offline(wanted, known, (error as Error).message)
  }
}

function fetchAll(archive: Archive, wanted: readonly string[], say: (line: string) => void): Kernels {
  const chosen = chooseKernels(archive.kernels(), wanted)
  const missing = wanted
    .filter((name) => !chosen.some((kernel) => kernel.wanted === name))
    .map((name) => ({ wanted: name, why: `the archive has no kernel ${name} (any more)` }))
  for (const kernel of chosen) {
    if (isKept(kernel)) continue
    say(`fetching Linux ${kernel.version} (${kernel.release})`)
    fetchKernel(archive, kernel)
  }
  writeChoice(chosen)
  return { kernels: chosen, missing }
}

/** What was chosen at some time is better than nothing. */
function offline(wanted: readonly string[], known: readonly ChosenKernel[], why: string): Kernels {
  const kernels = known.filter(isKept)
  const missing = wanted
    .filter((name) => !kernels.some((kernel) => kernel.wanted === name))
    .map((name) => ({ wanted: name, why }))
  return { kernels, missing }
}

function choiceFile(): string {
  return join(cacheFolder(), 'choice.json')
}

function readChoice(): Choice {
  if (!existsSync(choiceFile())) return { at: 0, kernels: [] }
  return JSON.parse(readFileSync(choiceFile(), 'utf8')) as Choice
}

/** Keeps the choice of kernels that were not asked for now. */
function writeChoice(chosen: readonly ChosenKernel[]): void {
  const others = readChoice().kernels.filter(({ wanted }) => !chosen.some((kernel) => kernel.wanted === wanted))
  mkdirSync(cacheFolder(), { recursive: true })
  writeFileSync(
    choiceFile(),
    JSON.stringify({ at: Date.now(), kernels: [...others, ...chosen] } satisfies Choice, null, 2),
  )
}
