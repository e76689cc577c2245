import type { Traffic } from './rows.ts'

/**
 * Counters of things that add up others. A sum over backends falls when one leaves, and Prometheus would take that for
 * a restart and count all of it again; so what is added here is by how much each part has grown. They begin at 0 with
 * the process, as counters do.
 */
export class Totals {
  readonly #sums = new Map<string, { packets: number; bytes: number }>()
  #before: ReadonlyMap<string, Traffic> | undefined
  #now = new Map<string, Traffic>()

  /** Adds a part's growth to some sums. Each part once between two calls of {@link settle}. */
  grow(part: string, now: Traffic, sums: readonly string[]): void {
    this.#now.set(part, now)
    const before = this.#before?.get(part)
    // What was there when this process first looked belongs to nobody's growth.
    const from = this.#before === undefined ? now : before
    for (const name of sums) {
      const sum = this.#sums.get(name) ?? { packets: 0, bytes: 0 }
      this.#sums.set(name, sum)
      sum.packets += growth(from?.packets, now.packets)
      sum.bytes += growth(from?.bytes, now.bytes)
    }
  }

  get(sum: string): Traffic {
    return this.#sums.get(sum) ?? { packets: 0, bytes: 0 }
  }

  /** Ends a look at all parts: those that were not seen are forgotten, and so are the sums that `exists` denies. */
  settle(exists: (sum: string) => boolean): void {
    this.#before = this.#now
    this.#now = new Map()
    for (const sum of this.#sums.keys()) if (!exists(sum)) this.#sums.delete(sum)
  }
}

/** Less than before: another one in its place, which began at 0. */
function growth(before: number | undefined, now: number): number {
  return before === undefined || now < before ? now : now - before
}
