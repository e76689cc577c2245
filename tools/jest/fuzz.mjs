// How long property tests and fuzzers run: FUZZ_RUNS cases each (100 in an ordinary run, many in `make soak`).
import { configureGlobal } from 'fast-check'

const runs = Number(process.env.FUZZ_RUNS ?? 100)
if (!Number.isSafeInteger(runs) || runs < 1)
  throw new Error(`FUZZ_RUNS=${process.env.FUZZ_RUNS}: a whole number from 1 up`)

// In CI a run is as the one before: what is found there was broken by the change. Every other run looks elsewhere.
const seed = process.env.CI ? { seed: Number(process.env.FUZZ_SEED ?? 20261122) } : {}
configureGlobal({ numRuns: runs, ...seed })
