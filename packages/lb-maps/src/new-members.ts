import { MEMBER_WORDS } from './layout.ts'
import type { Step } from './steps.ts'

/** The members that a plan makes, of all its services: written in one go, before anything leads to one of them. */
export class NewMembers {
  #ids = new Uint32Array(64)
  #words = new Uint32Array(64 * MEMBER_WORDS)
  #count = 0

  /** Words of all records; of one, where {@link add} says. */
  get words(): Uint32Array {
    return this.#words
  }

  /** Where the record of a member begins that is to be written: all zero. */
  add(id: number): number {
    if (this.#count === this.#ids.length) this.#grow()
    this.#ids[this.#count] = id
    return MEMBER_WORDS * this.#count++
  }

  get steps(): Step[] {
    if (this.#count === 0) return []
    const ids = this.#ids.slice(0, this.#count)
    const words = this.#words.slice(0, MEMBER_WORDS * this.#count)
    return [
      { do: 'reset-counters', ids },
      { do: 'write-members', ids, words },
    ]
  }

  #grow(): void {
    const [ids, words] = [this.#ids, this.#words]
    this.#ids = new Uint32Array(2 * ids.length)
    this.#words = new Uint32Array(2 * words.length)
    this.#ids.set(ids)
    this.#words.set(words)
  }
}
