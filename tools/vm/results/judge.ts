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
export function judge({ wanted, result, unknown = [], why, skipped }: Outcome, table: UnsupportedTable): Judgement {
  if (skipped) return { rows: [], notes: [], troubles: [] }
  if (!result) return { rows: [], notes: [], troubles: [why ?? 'no result'] }
  const lacking = table[wanted] ?? {}
  const programs = judgePrograms(result, lacking)
  const tests = judgeTests(result, lacking)
  return {
    rows: [...programs.rows, ...tests.rows],
    notes: [...programs.notes, ...tests.notes],
    troubles: [...(why === undefined ? [] : [why]), ...programs.troubles, ...tests.troubles, ...notRun(unknown)],
  }
}

const SHOWN = 3

function notRun(unknown: readonly string[]): string[] {
  if (unknown.length === 0) return []
  const more = unknown.length - SHOWN
  return [
    `not run: ${unknown.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}; RESUME=1 runs what is missing`,
  ]
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
    troubles: [...describeAll(settled.filter(({ status }) => status === 'failed')), ...wrong],
  }
}

/**
 * libbpf-ts says `program "lb_xdp" of "lb_xdp"` of what the verifier refused. Which program of an object that is depends on
 * the settings that it is loaded with.
 */
function refusedIn(message: string, lacking: Lacking): string | undefined {
  const object = /program "\w+" of "(\w+)"/.exec(message)?.[1]
  return Object.keys(lacking).find((program) => program.startsWith(`${object}/`))
}

function rowsOf(tests: readonly TestResult[]): Row[] {
  const suites = Object.entries(Object.groupBy(tests, ({ file }) => file.split('/')[1] ?? file))
  const row = ([suite, all = []]: [string, TestResult[] | undefined]): Row => {
    const count = (status: string): number => all.filter((test) => test.status === status).length
    return { suite, passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
  }
  return suites.map(row).toSorted((a, b) => a.suite.localeCompare(b.suite))
}

/** Of each file the first few: the others failed for the same reason, as a rule. */
function describeAll(failed: readonly TestResult[]): string[] {
  return Object.values(Object.groupBy(failed, ({ file }) => file)).flatMap((tests = []) => {
    const more = tests.length - SHOWN
    return [...tests.slice(0, SHOWN).map(describe), ...(more > 0 ? [`${tests[0]?.file}: and ${more} more`] : [])]
  })
}

function describe({ file, name, message }: TestResult): string {
  const line = message.split('\n').find((text) => /\w/.test(text) && !text.includes('●'))
  return `${file}: ${name || 'the file'}: ${(line ?? 'failed').trim()}`
}

function reasonOf(unsupported: Unsupported | undefined): string {
  return `Linux ${unsupported?.since} (${unsupported?.needs})`
}
