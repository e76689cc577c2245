import { spawnSync } from 'node:child_process'

/** Why the machine lacks something; null where it has it. */
export type Reasons = Readonly<Record<string, string | null>>

export interface SkipReport {
  /** One line per reason: how many tests, what they need, why that is missing. */
  readonly lines: readonly string[]
  /** Tests that this machine could have run, or that do not say why they did not. */
  readonly wrong: readonly string[]
}

/** What a skipped test's full name says that it needs: `… (needs root, tcpdump)`. */
export function needsOf(name: string): string[] {
  return [...name.matchAll(/\(needs ([^)]+)\)/g)].flatMap(([, list = '']) => list.split(', '))
}

/** Sorts skipped tests, by their full names, into those with a good reason and those without. */
export function explainSkips(names: readonly string[], reasons: Reasons): SkipReport {
  const counts = new Map<string, number>()
  const wrong: string[] = []
  for (const name of names) {
    const needed = needsOf(name)
    const missing = needed.filter((need) => reasons[need] !== null)
    if (needed.length === 0) wrong.push(`${name}: skipped without saying what it needs`)
    else if (missing.length === 0) wrong.push(`${name}: skipped, but this machine has ${needed.join(' and ')}`)
    else count(counts, missing.map((need) => `${need} (${reasons[need] ?? 'the test found it missing'})`).join(', '))
  }
  return { lines: [...counts].map(([reason, tests]) => `${tests} skipped for want of ${reason}`), wrong }
}

/** Tries each need on this machine, in a process of its own. */
export function tryNeeds(names: readonly string[]): Reasons {
  const program = new URL('../../packages/testbed/src/needs/main.ts', import.meta.url).pathname
  const args = ['--conditions=@skep/source', program, ...new Set(names)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the skipped tests' needs could not be tried: ${stderr}`)
  return JSON.parse(stdout) as Reasons
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
