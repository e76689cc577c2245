/** Set in the environment of a test run to its number, so that what it makes is known when its maker is gone. */
export const runMark = 'SKEP_TEST_RUN'

/**
 * A name for what the whole machine sees: a namespace, a folder of pins. It has the number of this process and, in a test
 * run, the run's, so that a leak check tells what is its own from what another run left: `skep-test-4711-run4700`.
 */
export function ownName(what: string): string {
  const run = process.env[runMark]
  return run ? `${what}-${process.pid}-run${run}` : `${what}-${process.pid}`
}

/** The number of the test run in such a name; undefined when it has none. */
export function runOf(name: string): string | undefined {
  return /-run(\d+)(?!\w)/.exec(name)?.[1]
}
