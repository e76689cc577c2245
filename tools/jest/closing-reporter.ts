import type { AggregatedResult, Reporter, TestContext } from '@jest/reporters'
import type { Config } from '@jest/types'
import type { SkipReport } from './skips.ts'
import { explainSkips, needsOf, tryNeeds } from './skips.ts'

/** After the last test, what is still closing may take so long; whatever keeps the process then was left behind. */
const endWithinMs = 3000

/**
 * Closes a run: says what was skipped and why, fails it for a test that this machine could have run and for what keeps
 * the process from ending, and ends with the plain line that any tool can count: `Tests: N passed, N failed, N skipped`.
 */
export default class ClosingReporter implements Reporter {
  readonly #globalConfig: Config.GlobalConfig
  #error: Error | undefined

  constructor(globalConfig: Config.GlobalConfig) {
    this.#globalConfig = globalConfig
  }

  onRunComplete(_contexts: Set<TestContext>, results: AggregatedResult): void {
    const { lines, wrong } = this.#skips(results)
    for (const line of [...lines, ...wrong]) console.log(line)
    if (wrong.length > 0) this.#error = new Error(`${wrong.length} tests were skipped that could have run`)
    const counts = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites + wrong.length,
      skipped: results.numPendingTests + results.numTodoTests - wrong.length,
    }
    if (!this.#globalConfig.watch && !this.#globalConfig.watchAll) endSoon(counts)
  }

  /** Jest ends with a failure when a reporter has one. */
  getLastError(): Error | undefined {
    return this.#error
  }

  /** Who names the tests to run skips all others on purpose. */
  #skips(results: AggregatedResult): SkipReport {
    if (this.#globalConfig.testNamePattern) return { lines: [], wrong: [] }
    const names = results.testResults.flatMap((file) =>
      file.testResults
        .filter((test) => test.status !== 'passed' && test.status !== 'failed')
        .map((test) => test.fullName),
    )
    const needed = names.flatMap(needsOf)
    return explainSkips(names, needed.length > 0 ? tryNeeds(needed) : {})
  }
}

/** Jest puts its own summary behind every reporter, and waits for ever for a process that does not end by itself. */
function endSoon(counts: { readonly passed: number; failed: number; readonly skipped: number }): void {
  const { passed, skipped } = counts
  process.once('exit', () => console.log(`Tests: ${passed} passed, ${counts.failed} failed, ${skipped} skipped`))
  const stuck = setTimeout(() => {
    console.log('Something that the tests left behind kept the run from ending: a timer, a server, a child.')
    counts.failed ||= 1
    process.exit(1)
  }, endWithinMs)
  stuck.unref()
}
