/** Closes a run with the plain line that any tool can count: `Tests: N passed, N failed, N skipped`. */
export default class ClosingReporter {
  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = results
    const failed = numFailedTests + numRuntimeErrorTestSuites
    console.log(`Tests: ${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped`)
  }
}
