import { lettingGo, type DrainProgress, type ServiceTable } from '@skep/services'
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

  /** Before a round: the ids of the backends that it will let go of, because their time is over. */
  lettingGo(): ReadonlySet<number> {
    const ids = lettingGo(this.#table, Date.now() / 1000)
    if (ids.size > 0) this.#watch.look()
    return ids
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
