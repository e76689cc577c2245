import { spawnSync } from 'node:child_process'

/** Why the machine lacks something; null where it has it. */
export type Reasons = Readonly<Record<string, string | null>>

export interface SkipReport {
  /** How many tests were skipped for want of what, then why each of those is missing. */
  readonly lines: readonly string[]
  /** Tests that this machine could have run, or that do not say why they did not. */
  readonly wrong: readonly string[]
}

/** What a skipped test's full name says that it needs: `… (needs root, tcpdump)`. */
export function needsOf(name: string): string[] {
  return [...new Set([...name.matchAll(/\(needs ([^)]+)\)/g)].flatMap(([, list = '']) => list.split(', ')))]
}

/** Sorts skipped tests, by their full names, into those with a good reason and those without. */
export function explainSkips(names: readonly string[], reasons: Reasons): SkipReport {
  const counts = new Map<string, number>()
  const wrong: string[] = []
  const wanted = new Set<string>()
  for (const name of names) {
    const needed = needsOf(name)
    const missing = needed.filter((need) => reasons[need] !== null)
    for (const need of missing) wanted.add(need)
    if (needed.length === 0) wrong.push(`${name}: skipped without saying what it needs`)
    else if (missing.length === 0) wrong.push(`${name}: skipped, but this machine has ${needed.join(' and ')}`)
    else counts.set(missing.join(', '), (counts.get(missing.join(', ')) ?? 0) + 1)
  }
  const skipped = [...counts].map(([needed, tests]) => `${tests} skipped for want of ${needed}`)
  const why = [...wanted].flatMap((need) => {
    const reason = reasons[need] ?? 'the test found it missing'
    // A feature's name has its reason.
    return need.endsWith(`: ${reason}`) ? [] : [`  ${need}: ${reason}`]
  })
  return { lines: [...skipped, ...why], wrong }
}

/** Tries each need on this machine, in a process of its own. */
export function tryNeeds(names: readonly string[]): Reasons {
  const program = new URL('../../packages/testbed/src/needs/main.ts', import.meta.url).pathname
  const args = ['--conditions=@skep/source', program, ...new Set(names)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the skipped tests' needs could not be tried: ${stderr}`)
  return JSON.parse(stdout) as Reasons
}
