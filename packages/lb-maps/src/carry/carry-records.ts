import { RECORD_LINE_WORDS } from '../layout.ts'

const TAG = 0xffff_ffffn

/**
 * Carries records (bpf/include/maps/moves.h) into a larger table, where services' blocks stand at the same places. May be done
 * again, also while a program works on either. What it has written meanwhile stays.
 */
export function carryRecords(from: BigUint64Array, to: BigUint64Array): void {
  for (let at = 0; at < from.length; at++) {
    const word = from[at]!
    if (word !== 0n && to[at] !== word && !isThere(to, at, word & TAG)) put(to, at, word)
  }
}

/** Into its own place, else into another one of its line. */
function put(to: BigUint64Array, at: number, word: bigint): void {
  if (Atomics.compareExchange(to, at, 0n, word) === 0n) return
  const first = at - (at % RECORD_LINE_WORDS)
  for (let place = first; place < first + RECORD_LINE_WORDS; place++) {
    if (Atomics.compareExchange(to, place, 0n, word) === 0n) return
  }
}

function isThere(to: BigUint64Array, at: number, tag: bigint): boolean {
  const first = at - (at % RECORD_LINE_WORDS)
  return to.subarray(first, first + RECORD_LINE_WORDS).some((word) => (word & TAG) === tag)
}
