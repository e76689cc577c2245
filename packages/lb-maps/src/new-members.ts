import { MEMBER, MEMBER_WORDS, portAndBytes } from './layout.ts'
import type { SourcedTable } from './sourced-table.ts'
import type { Step } from './steps.ts'

/** The members that a plan makes, of all its services: written in one go, before anything leads to one of them. */
export class NewMembers {
  #ids = new Uint32Array(64)
  #words = new Uint32Array(64 * MEMBER_WORDS)
  #count = 0
  readonly #isUnused: (id: number) => boolean

  /** `isUnused`: the ids that nothing has ever been counted for. */
  constructor(isUnused: (id: number) => boolean) {
    this.#isUnused = isUnused
  }

  /** A backend becomes the member with this id. */
  add(id: number, service: number, { words, ports, families, sourceIndexes }: SourcedTable, row: number): void {
    if (this.#count === this.#ids.length) this.#grow()
    this.#ids[this.#count] = id
    const out = this.#words
    const at = MEMBER_WORDS * this.#count++
    for (let word = 0; word < 4; word++) out[at + MEMBER.address + word] = words[4 * row + word]!
    out[at + MEMBER.tail] = portAndBytes(ports[row]!, families[row]!, 1)
    out[at + MEMBER.source] = sourceIndexes[row]!
    out[at + MEMBER.service] = service
  }

  get steps(): Step[] {
    if (this.#count === 0) return []
    const ids = this.#ids.slice(0, this.#count)
    const words = this.#words.slice(0, MEMBER_WORDS * this.#count)
    const counted = ids.filter((id) => !this.#isUnused(id))
    const reset: Step[] = counted.length > 0 ? [{ do: 'reset-counters', ids: counted }] : []
    return [...reset, { do: 'write-members', ids, words }]
  }

  #grow(): void {
    const [ids, words] = [this.#ids, this.#words]
    this.#ids = new Uint32Array(2 * ids.length)
    this.#words = new Uint32Array(2 * words.length)
    this.#ids.set(ids)
    this.#words.set(words)
  }
}
