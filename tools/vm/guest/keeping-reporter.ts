import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { AggregatedResult, Reporter, Test, TestResult as FileResult } from '@jest/reporters'
import { needsOf, tryNeeds } from '../../jest/skips.ts'
import { type Job, JOB_FILE, KEPT, type Needs, type Piece, pieceName, type TestResult } from './job.ts'

/** What came of a file of tests, as far as it is read here. */
export interface Ended {
  readonly testFilePath: string
  /** Of the whole file. */
  readonly failureMessage?: string | null
  readonly testResults: readonly {
    readonly fullName: string
    readonly status: string
    readonly failureMessages: readonly string[]
  }[]
}

const root = join(import.meta.dirname, '../../..')

/** Leaves the piece of each file behind as the file ends: what comes later may take the machine down. */
export default class KeepingReporter implements Reporter {
  readonly #job = JSON.parse(readFileSync(JOB_FILE, 'utf8')) as Job
  readonly #needs = new Map<string, string | null>()

  onTestResult(_test: Test, ended: FileResult, _all: AggregatedResult): void {
    const file = relative(root, ended.testFilePath)
    const tests = testsOf(ended, root)
    const { start, end } = ended.perfStats
    const seconds = Math.round((end - start) / 1000)
    const { sum = '' } = this.#job.tests.find((one) => one.file === file) ?? {}
    keep({ loads: [], tests, needs: this.#needsOf(tests), sum, seconds }, this.#job, file)
  }

  /** A need is tried once in a machine. */
  #needsOf(tests: readonly TestResult[]): Needs {
    const wanted = [...new Set(tests.filter(({ status }) => status === 'skipped').flatMap(({ name }) => needsOf(name)))]
    const untried = wanted.filter((need) => !this.#needs.has(need))
    const tried = untried.length > 0 ? tryNeeds(untried) : {}
    for (const [need, why] of Object.entries(tried)) this.#needs.set(need, why)
    return Object.fromEntries(wanted.map((need) => [need, this.#needs.get(need) ?? null]))
  }
}

/** Each test, and the file itself where it failed although none of its tests did. */
export function testsOf({ testFilePath, testResults, failureMessage }: Ended, below: string): TestResult[] {
  const file = relative(below, testFilePath)
  const tests = testResults.map((test) => ({
    file,
    name: test.fullName,
    status: statusOf(test.status),
    message: test.failureMessages.join('\n'),
  }))
  const byItself = failureMessage != null && !tests.some(({ status }) => status === 'failed')
  return byItself ? [...tests, { file, name: '', status: 'failed' as const, message: failureMessage }] : tests
}

function statusOf(status: string): TestResult['status'] {
  return status === 'passed' || status === 'failed' ? status : 'skipped'
}

/** Whole or not at all. */
export function keep(piece: Piece, { version }: Job, file?: string): void {
  const path = join(KEPT, version, pieceName(file))
  writeFileSync(`${path}.new`, JSON.stringify(piece))
  renameSync(`${path}.new`, path)
}
