/** A change of what is wanted, as somebody asks for it. */
export interface Asked<Wanted> {
  /** What is wanted with it. Throws where that cannot be. Pure: it is asked again where the change is made by itself. */
  readonly next: (wanted: Wanted) => Wanted
  /** Throws what stands against what is wanted then. Once for all changes that have the same. */
  readonly check?: (next: Wanted) => void
}

/** What changes are made by. */
export interface Maker<Wanted> {
  readonly wanted: () => Wanted
  /** All of it takes effect before it returns, or nothing and it throws. */
  readonly carryOut: (next: Wanted) => void
}

interface Waiting<Wanted> extends Asked<Wanted> {
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** Work that is done by itself. It answers for itself, and never throws. */
interface Alone {
  readonly work: () => void
}

/**
 * The one queue of all who change anything. Changes that are asked for while others are made wait, and are then made
 * together: one round serves all of them. Each has its own answer, and what is refused does not take the others down.
 */
export class Changes<Wanted> {
  readonly #maker: Maker<Wanted>
  #waiting: (Waiting<Wanted> | Alone)[] = []

  constructor(maker: Maker<Wanted>) {
    this.#maker = maker
  }

  /** Resolves when the change has taken effect. Rejects with why it has not. */
  ask(asked: Asked<Wanted>): Promise<void> {
    return new Promise((resolve, reject) => this.#add({ ...asked, resolve, reject }))
  }

  /**
   * Work that changes what it wants by itself: after all that was asked for before it, and before all that is asked for
   * later. What it returns, or rejects with what it throws.
   */
  alone<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#add({
        work: () => {
          try {
            resolve(work())
          } catch (error) {
            reject(error)
          }
        },
      })
    })
  }

  #add(one: Waiting<Wanted> | Alone): void {
    this.#waiting.push(one)
    // What has arrived by now is read before.
    if (this.#waiting.length === 1) setImmediate(() => this.#take(this.#waiting.splice(0)))
  }

  /** In the order in which they came. */
  #take(all: readonly (Waiting<Wanted> | Alone)[]): void {
    let together: Waiting<Wanted>[] = []
    for (const one of all) {
      if (!('work' in one)) {
        together.push(one)
        continue
      }
      this.#make(together)
      together = []
      one.work()
    }
    this.#make(together)
  }

  #make(all: readonly Waiting<Wanted>[]): void {
    const before = this.#maker.wanted()
    let next = before
    const possible: Waiting<Wanted>[] = []
    for (const one of all) {
      try {
        next = one.next(next)
        possible.push(one)
      } catch (error) {
        one.reject(error)
      }
    }
    if (possible.length === 0) return
    try {
      for (const check of new Set(possible.map((one) => one.check))) check?.(next)
      if (next !== before) this.#maker.carryOut(next)
    } catch (error) {
      if (possible.length === 1) possible[0]!.reject(error)
      else for (const one of possible) this.#make([one])
      return
    }
    for (const one of possible) one.resolve()
  }
}
