import { DesiredReader } from './desired-reader.ts'
import type { BackendTimes } from './backend-times.ts'
import type { Problem } from './error.ts'
import type { HashKey } from './hash.ts'
import type { ServiceKey } from './key.ts'
import type { Columns } from './maglev.ts'
import type { Policy } from './policy.ts'
import type { Desired } from './service.ts'

/** All backends of all services in columns: 100,000 objects less. A service owns rows `start` to `start + count`, by address. */
export interface BackendTable {
  /** Four words a row, in map order. */
  readonly words: Uint32Array
  readonly ports: Uint16Array
  readonly families: Uint8Array
  /** As they are now: 0 also for what failed, drains or has no own address towards it. */
  readonly weights: Uint32Array
  /** 1: failed. */
  readonly failed: Uint8Array
  readonly times: BackendTimes
  /** Two halves a row; Maglev's walk. */
  readonly hashes: Int32Array
  /** Four words a row: the own address towards the backend; all zero when none was given. */
  readonly sources: Uint32Array
}

/** One service of the datapath: a frontend with the backends of its service. */
export interface Wanted {
  readonly key: ServiceKey
  readonly start: number
  readonly count: number
  readonly ringSize: number
  readonly policy: Policy
  /** Backends that do not exist any more, as `endpointKey` has them. */
  readonly gone: ReadonlySet<string | number>
  /** Two halves: equal digests, equal backends, weights, sources, ring size and policy. */
  readonly digest: readonly [number, number]
}

export interface WantedTable extends BackendTable {
  readonly services: readonly Wanted[]
  /** Keys of the host's addresses. */
  readonly hostKeys: readonly ServiceKey[]
  /** Backends that stay out of the ring, and why. */
  readonly withoutSource: readonly Problem[]
}

/** Everything that is wrong with the input, in its order; empty when there is nothing. */
export function checkDesired(desired: Desired): Problem[] {
  const reader = new DesiredReader(desired, { key0: 0n, key1: 0n }, 0)
  reader.read()
  return reader.problems
}

/** The input in columns, with the weights of a moment, or everything that is wrong with it. */
export function readDesired(
  desired: Desired,
  hashKey: HashKey,
  epochSeconds: number,
): WantedTable | readonly Problem[] {
  const reader = new DesiredReader(desired, hashKey, epochSeconds)
  const table = reader.read()
  return reader.problems.length > 0 ? reader.problems : table
}

/** The rows of one service, as Maglev takes them. */
export function columnsOf(table: BackendTable, { start, count }: Wanted): Columns {
  return { start, count, hashes: table.hashes, weights: table.weights }
}
