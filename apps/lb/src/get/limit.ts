/** The first rows of something, and whether there were more. */
export class Limited<T> implements Iterable<T> {
  readonly #rows: Iterable<T>
  readonly #limit: number
  /** Known when all has been read. */
  more = false

  /** `limit` 0: all. */
  constructor(rows: Iterable<T>, limit: number) {
    this.#rows = rows
    this.#limit = limit
  }

  *[Symbol.iterator](): Generator<T> {
    let shown = 0
    for (const row of this.#rows) {
      if (this.#limit > 0 && shown === this.#limit) {
        this.more = true
        return
      }
      shown++
      yield row
    }
  }
}
