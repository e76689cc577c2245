import type { Traffic } from './rows.ts'

interface Part {
  packets: number
  bytes: number
  /** The look at which it was seen last. */
  look: number
}

/**
 * Counters of things that add up others. A sum over backends falls when one leaves, and Prometheus would take that for
 * a restart and count all of it again; so what is added here is by how much each part has grown. They begin at 0 with
 * the first look, as counters do.
 */
export class Totals {
  readonly #sums = new Map<string, Traffic>()
  readonly #parts = new Map<string, Part>()
  #look = 0

  /** By how much a part has grown since the look before. Each part once between two calls of {@link settle}. */
  grown(key: string, { packets, bytes }: Traffic): Traffic {
    const part = this.#parts.get(key)
    if (part === undefined) {
      this.#parts.set(key, { packets, bytes, look: this.#look })
      // What was there at the first look belongs to nobody's growth.
      return this.#look === 0 ? { packets: 0, bytes: 0 } : { packets, bytes }
    }
    const growth = { packets: growthOf(part.packets, packets), bytes: growthOf(part.bytes, bytes) }
    part.packets = packets
    part.bytes = bytes
    part.look = this.#look
    return growth
  }

  /** Adds to a sum. */
  add(name: string, { packets, bytes }: Traffic): void {
    const sum = this.get(name)
    this.#sums.set(name, { packets: sum.packets + packets, bytes: sum.bytes + bytes })
  }

  get(name: string): Traffic {
    return this.#sums.get(name) ?? { packets: 0, bytes: 0 }
  }

  /** Ends a look at all parts: those that were not seen are forgotten, and so are the sums that `exists` denies. */
  settle(exists: (sum: string) => boolean): void {
    for (const [key, { look }] of this.#parts) if (look !== this.#look) this.#parts.delete(key)
    for (const name of this.#sums.keys()) if (!exists(name)) this.#sums.delete(name)
    this.#look++
  }
}

/** Less than before: another one in its place, which began at 0. */
function growthOf(before: number, now: number): number {
  return now < before ? now : now - before
}
