import type { BenchCase } from '../../../tools/bench/bench.ts'

/** Nanoseconds for one packet, all measured one right after the other. */
export interface Sample {
  /** As run: the wrapper and the program behind it. */
  readonly raw: number
  /** The same wrapper and flows, with a program behind it that drops. */
  readonly wrapper: number
  /** A program that drops, alone. */
  readonly drop: number
  /** What the wrapper adds when the packet has grown; else 0. */
  readonly shrink: number
}

/** A row's figures. All are medians. */
export interface CaseFigures extends BenchCase {
  /** What the program costs more than one that drops. The figure to compare. */
  readonly ownNs: number
  /** As run, with the wrapper. */
  readonly rawNs: number
  /** The program without the wrapper, as a multiple of one that drops. */
  readonly xDrop: number
}

export function summary(name: string, samples: readonly Sample[]): CaseFigures {
  const own = samples.map(({ raw, wrapper, shrink }) => raw - wrapper - shrink)
  return {
    name,
    ownNs: median(own),
    rawNs: median(samples.map(({ raw }) => raw)),
    xDrop: round(median(samples.map(({ drop }, i) => (own[i]! + drop) / drop))),
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
