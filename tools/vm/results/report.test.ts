import { describe, expect, test } from '@jest/globals'
import type { JobResult, TestResult } from '../guest/job.ts'
import { judge } from './judge.ts'
import type { Outcome } from './outcome.ts'
import { report } from './report.ts'

const table = { '5.10': { 'lb/lb': { needs: 'compare-and-swap', since: '5.12' } } }
const loads = [
  { program: 'clock/clock', instructions: 13 },
  { program: 'lb/lb', instructions: 4711 },
]
const refused = [
  { program: 'clock/clock', instructions: 0 },
  { program: 'lb/lb', instructions: 0, refused: 'program "lb" of "lb": reserved fields' },
]

function outcome(wanted: string, result: Partial<JobResult>): Outcome {
  return { wanted, version: `${wanted}.9`, result: { loads: [], tests: [], needs: {}, ...result } }
}

function aTest(name: string, status: TestResult['status'], message = ''): TestResult {
  return { file: 'packages/x/src/y.test.ts', name, status, message }
}

describe('programs', () => {
  test('one that a kernel is known to lack something for is skipped', () => {
    expect(judge(outcome('5.10', { loads: refused }), table)).toEqual({
      rows: [{ suite: 'programs load', passed: 1, failed: 0, skipped: 1 }],
      notes: ['lb/lb needs Linux 5.12 (compare-and-swap). The kernel: program "lb" of "lb": reserved fields'],
      troubles: [],
    })
  })

  test('one that is refused elsewhere fails', () => {
    const { rows, troubles } = judge(outcome('6.1', { loads: refused }), table)
    expect(rows).toEqual([{ suite: 'programs load', passed: 1, failed: 1, skipped: 0 }])
    expect(troubles).toEqual(['lb/lb does not load: program "lb" of "lb": reserved fields'])
  })

  test('a row of the table that is no longer true fails', () => {
    expect(judge(outcome('5.10', { loads }), table).troubles).toEqual([
      'lb/lb loads now: its row in tools/vm/results/unsupported.ts goes',
    ])
  })
})

describe('tests', () => {
  const blocked = aTest('a', 'failed', 'BpfError: object.load: program "lb" of "lb": reserved fields')

  test('one that fails on a program which does not load there is skipped, with what it needs', () => {
    const { rows, notes, troubles } = judge(outcome('5.10', { tests: [blocked, aTest('b', 'passed')] }), table)
    expect(rows).toEqual([{ suite: 'x', passed: 1, failed: 0, skipped: 1 }])
    expect(notes).toEqual(['1 skipped for want of lb/lb, which needs Linux 5.12 (compare-and-swap)'])
    expect(troubles).toEqual([])
  })

  test('of many that failed in one file, the first are named', () => {
    const tests = ['a', 'b', 'c', 'd', 'e'].map((name) => aTest(name, 'failed', 'Error: no'))
    const { troubles } = judge(outcome('6.1', { tests }), table)
    const file = 'packages/x/src/y.test.ts'
    expect(troubles).toEqual([...['a', 'b', 'c'].map((name) => `${file}: ${name}: Error: no`), `${file}: and 2 more`])
  })

  test('where that program should load, it has failed', () => {
    expect(judge(outcome('6.1', { tests: [blocked] }), table).troubles).toEqual([
      'packages/x/src/y.test.ts: a: BpfError: object.load: program "lb" of "lb": reserved fields',
    ])
  })

  test('one that lacks what it names is skipped; one that lacks nothing fails', () => {
    const tests = [aTest('a (needs kind-bond)', 'skipped'), aTest('b (needs root)', 'skipped')]
    const needs = { 'kind-bond': 'no bonds here', root: null }
    const { notes, troubles } = judge(outcome('6.1', { tests, needs }), table)
    expect(notes).toEqual(['1 skipped for want of kind-bond', '  kind-bond: no bonds here'])
    expect(troubles).toEqual(['b (needs root): skipped, but this machine has root'])
  })
})

test('the report: kernel by suite, program by kernel, what was skipped and what failed', () => {
  const outcomes: Outcome[] = [
    outcome('5.10', { loads: refused, tests: [aTest('a', 'passed')] }),
    outcome('6.1', { loads, tests: [aTest('a', 'failed', 'Error: no')] }),
    { wanted: 'newest', version: 'newest', why: 'the archive does not answer', skipped: true },
  ]
  const judged = outcomes.map((one) => ({ outcome: one, judgement: judge(one, table) }))
  expect(report(judged)).toBe(`\
kernel  suite                                 passed  failed  skipped
5.10.9  programs load                              1       0        1
        x                                          1       0        0
6.1.9   programs load                              2       0        0
        x                                          0       1        0
newest  skipped: the archive does not answer

instructions the verifier read   5.10.9  6.1.9
clock/clock                       loads     13
lb/lb                           refused   4711

skipped:
  5.10.9: lb/lb needs Linux 5.12 (compare-and-swap). The kernel: program "lb" of "lb": reserved fields

failed: (whole logs: .cache/test-kernels/)
  6.1.9: packages/x/src/y.test.ts: a: Error: no`)
})

test('a machine that went down is a failure', () => {
  const down: Outcome = { wanted: '6.1', version: '6.1.9', why: 'the machine went down' }
  const judgement = judge(down, table)
  expect(judgement.troubles).toEqual(['the machine went down'])
  expect(report([{ outcome: down, judgement }])).toContain('failed: the machine went down')
})

test('what a machine left before it went down counts; what it did not run is a failure', () => {
  const whole = outcome('6.1', { tests: [aTest('a', 'passed')] })
  const unknown = ['b', 'c', 'd', 'e'].map((name) => `packages/x/src/${name}.test.ts`)
  const { rows, troubles } = judge({ ...whole, why: 'the machine went down', unknown }, table)
  expect(rows).toEqual([{ suite: 'x', passed: 1, failed: 0, skipped: 0 }])
  expect(troubles).toEqual([
    'the machine went down',
    `not run: ${unknown.slice(0, 3).join(', ')} and 1 more; RESUME=1 runs what is missing`,
  ])
})

test('what tests have counted stands in the report', () => {
  const one = { ...outcome('6.1', { tests: [aTest('a', 'passed')] }), counted: ['802.3ad: datagrams lost: 0, 4'] }
  expect(report([{ outcome: one, judgement: judge(one, table) }])).toContain(
    'counted:\n  6.1.9: 802.3ad: datagrams lost: 0, 4',
  )
})
