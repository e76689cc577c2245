// How long property tests and fuzzers run: FUZZ_RUNS cases each (100 in an ordinary run, many in `make soak`).
import { configureGlobal } from 'fast-check'

const runs = Number(process.env.FUZZ_RUNS ?? 100)
if (!Number.isSafeInteger(runs) || runs < 1)
  throw new Error(`FUZZ_RUNS=${process.env.FUZZ_RUNS}: a whole number from 1 up`)
configureGlobal({ numRuns: runs })
