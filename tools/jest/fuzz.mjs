import { configureGlobal } from 'fast-check'

/** How many cases each property is tried with: `FUZZ_RUNS=10000 make test`. A failure is replayed by its seed and path. */
const runs = Number(process.env.FUZZ_RUNS ?? 100)
if (!Number.isSafeInteger(runs) || runs < 1)
  throw new Error(`FUZZ_RUNS=${process.env.FUZZ_RUNS}: a whole number from 1 up`)

const { CI, FUZZ_SEED, FUZZ_PATH } = process.env
if (FUZZ_SEED !== undefined && !Number.isSafeInteger(Number(FUZZ_SEED)))
  throw new Error(`FUZZ_SEED=${FUZZ_SEED}: the whole number that a failure tells`)

// In CI a run is as the one before: what is found there was broken by the change. Every other run looks elsewhere.
const seed = FUZZ_SEED === undefined ? CI && 20261122 : Number(FUZZ_SEED)
configureGlobal({ numRuns: runs, ...(seed && { seed }), ...(FUZZ_PATH && { path: FUZZ_PATH, endOnFailure: true }) })
