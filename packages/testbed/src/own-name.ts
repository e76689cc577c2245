/** Set in the environment of a test run to its number, so that what it makes is known when its maker is gone. */
export const runMark = 'SKEP_TEST_RUN'

/**
 * A name for what the whole machine sees: a namespace, a folder of pins. It has the number of this process and, in a test
 * run, the run's and its worker's, so that a leak check tells what is its own from what others make or left:
 * `skep-test-4711-run4700w1`.
 */
export function ownName(what: string): string {
  const owner = thisOwner()
  return owner === undefined ? `${what}-${process.pid}` : `${what}-${process.pid}-${owner}`
}

/** The test run, and which of its workers: each runs one file at a time. Children inherit both. */
export function thisOwner(): string | undefined {
  const run = process.env[runMark]
  return run ? `run${run}w${process.env['JEST_WORKER_ID'] ?? 0}` : undefined
}

/** The run and worker in such a name; undefined when it has none. */
export function ownerOf(name: string): string | undefined {
  return /-(run\d+w\d+)(?!\w)/.exec(name)?.[1]
}
