/** Ids from 1 up to what 32 bits hold, or what a map has room for. */
export const MOST_IDS = 0xffff_ffff

/** Takes part in what a pool knows after a restart. */
export interface TakenId {
  readonly key: string
  readonly id: number
}

/**
 * Gives each key an id that is its own as long as it is taken. Ids that were never anybody's are given first, then those
 * that were given back, in the order of that, so that an id rests as long as can be. One that is held back (`hold`) is
 * nobody's until it is released: connections still know it.
 */
export class IdPool {
  readonly size: number
  #next = 1
  readonly #ids = new Map<string, number>()
  readonly #free = new Queue()
  readonly #held = new Set<number>()

  /** `size`: ids that there are. `taken`: what is in the datapath's maps already. */
  constructor(size: number = MOST_IDS, taken: Iterable<TakenId> = []) {
    this.size = size
    const used = new Set<number>()
    for (const { key, id } of taken) {
      if (id < 1 || id > size || used.has(id) || this.#ids.has(key)) continue
      used.add(id)
      this.#ids.set(key, id)
      this.#next = Math.max(this.#next, id + 1)
    }
    for (let id = 1; id < this.#next; id++) if (!used.has(id)) this.#free.push(id)
  }

  /** The key's id, a new one where it has none; `undefined` where there are none left. */
  take(key: string): number | undefined {
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.#next <= this.size ? this.#next++ : this.#free.shift()
    if (id !== undefined) this.#ids.set(key, id)
    return id
  }

  get(key: string): number | undefined {
    return this.#ids.get(key)
  }

  /** Takes the id back; `hold`: connections still have it, so that nobody gets it before `release`. */
  give(key: string, hold = false): void {
    const id = this.#ids.get(key)
    if (id === undefined) return
    this.#ids.delete(key)
    if (hold) this.#held.add(id)
    else this.#free.push(id)
  }

  /** Nobody knows this id any more. */
  release(id: number): void {
    if (this.#held.delete(id)) this.#free.push(id)
  }

  /** Ids that are taken or held. */
  get used(): number {
    return this.#ids.size + this.#held.size
  }

  /** Ids that are held back. */
  get held(): number {
    return this.#held.size
  }
}

/** First in, first out, without moving what stands in it at each turn. */
class Queue {
  #items: number[] = []
  #head = 0

  push(item: number): void {
    this.#items.push(item)
  }

  shift(): number | undefined {
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head++]
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }
}
