import { explainSkips } from '../../jest/skips.ts'
import type { JobResult, TestResult } from '../guest/job.ts'
import type { Outcome } from './outcome.ts'
import type { Unsupported, UnsupportedTable } from './unsupported.ts'

/** A part of the matrix: a kernel's programs, or its tests of one package. */
export interface Row {
  readonly suite: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** What a kernel's results come to, given what it is known to lack. */
export interface Judgement {
  readonly rows: readonly Row[]
  /** What was skipped, for want of what, from which kernel on. */
  readonly notes: readonly string[]
  /** What is wrong, one line each. */
  readonly troubles: readonly string[]
}

/** Compares with the table of what kernels lack. A test that fails on a program which is known not to load is skipped. */
export function judge({ wanted, result, why, skipped }: Outcome, table: UnsupportedTable): Judgement {
  if (skipped) return { rows: [], notes: [], troubles: [] }
  if (!result) return { rows: [], notes: [], troubles: [why ?? 'no result'] }
  const lacking = table[wanted] ?? {}
  const programs = judgePrograms(result, lacking)
  const tests = judgeTests(result, lacking)
  return {
    rows: [...programs.rows, ...tests.rows],
    notes: [...programs.notes, ...tests.notes],
    troubles: [...programs.troubles, ...tests.troubles],
  }
}

type Lacking = Readonly<Record<string, Unsupported>>

function judgePrograms({ loads }: JobResult, lacking: Lacking): Judgement {
  const refused = loads.filter((load) => load.refused !== undefined)
  const known = refused.filter(({ program }) => lacking[program])
  const unknown = refused.filter(({ program }) => !lacking[program])
  const stale = loads.filter(({ program, refused }) => refused === undefined && lacking[program])
  const passed = loads.length - refused.length
  return {
    rows: loads.length > 0 ? [{ suite: 'programs load', passed, failed: unknown.length, skipped: known.length }] : [],
    notes: known.map(
      ({ program, refused }) => `${program} needs ${reasonOf(lacking[program])}. The kernel: ${refused}`,
    ),
    troubles: [
      ...unknown.map(({ program, refused }) => `${program} does not load: ${refused}`),
      ...stale.map(({ program }) => `${program} loads now: its row in tools/vm/results/unsupported.ts goes`),
    ],
  }
}

function judgeTests({ tests, needs }: JobResult, lacking: Lacking): Judgement {
  const blocked = new Map(
    tests.flatMap((test) => {
      const program = test.status === 'failed' ? refusedIn(test.message, lacking) : undefined
      return program === undefined ? [] : [[test, program] as const]
    }),
  )
  const settled = tests.map((test) => (blocked.has(test) ? { ...test, status: 'skipped' as const } : test))
  const named = tests.filter(({ status }) => status === 'skipped').map(({ name }) => name)
  const { lines, wrong } = explainSkips(named, needs)
  const byProgram = Object.entries(Object.groupBy(blocked.values(), (program) => program))
  return {
    rows: rowsOf(settled),
    notes: [
      ...byProgram.map(
        ([program, all]) => `${all?.length} skipped for want of ${program}, which needs ${reasonOf(lacking[program])}`,
      ),
      ...lines,
    ],
    troubles: [...settled.filter(({ status }) => status === 'failed').map(describe), ...wrong],
  }
}

/** libbpf-ts says `program "lb_xdp" of "lb_xdp"` of what the verifier refused. */
function refusedIn(message: string, lacking: Lacking): string | undefined {
  const [, program, object] = /program "(\w+)" of "(\w+)"/.exec(message) ?? []
  const name = `${object}/${program}`
  return lacking[name] ? name : undefined
}

function rowsOf(tests: readonly TestResult[]): Row[] {
  const suites = Object.entries(Object.groupBy(tests, ({ file }) => file.split('/')[1] ?? file))
  const row = ([suite, all = []]: [string, TestResult[] | undefined]): Row => {
    const count = (status: string): number => all.filter((test) => test.status === status).length
    return { suite, passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
  }
  return suites.map(row).toSorted((a, b) => a.suite.localeCompare(b.suite))
}

function describe({ file, name, message }: TestResult): string {
  const line = message.split('\n').find((text) => /\w/.test(text) && !text.includes('●'))
  return `${file}: ${name || 'the file'}: ${(line ?? 'failed').trim()}`
}

function reasonOf(unsupported: Unsupported | undefined): string {
  return `Linux ${unsupported?.since} (${unsupported?.needs})`
}
