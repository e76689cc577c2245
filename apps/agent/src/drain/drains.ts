import { type Backend, lettingGo, type DrainProgress, type ServiceTable } from '@skep/services'
import type { RememberedDrains } from './remembered.ts'
import type { DrainWatch } from './watch.ts'

/** What drains: how far, until when, and remembered for the next agent. */
export class Drains implements Disposable {
  readonly #table: ServiceTable
  readonly #watch: DrainWatch
  readonly #remembered: RememberedDrains

  constructor(table: ServiceTable, watch: DrainWatch, remembered: RememberedDrains) {
    this.#table = table
    this.#watch = watch
    this.#remembered = remembered
  }

  get progress(): readonly DrainProgress[] {
    return this.#watch.progress
  }

  get trouble(): string | undefined {
    return this.#watch.trouble
  }

  /** Of backends that a round has removed, the ids of those that still answer: their time is over. */
  lettingGo(removed: readonly Backend[]): ReadonlySet<number> {
    return lettingGo(this.#table, removed)
  }

  /** After a round. */
  note(): void {
    this.#watch.look()
    this.#remembered.write(this.#table.drains)
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]()
  }
}
