import { type DrainEvent, drainEvents, type DrainProgress, drainProgress, type ServiceTable } from '@skep/services'

/** How often open connections are counted while something drains. */
const EVERY_MS = 5000

export interface DrainWatchOptions {
  readonly table: ServiceTable
  /** How many sockets of this node have each of these backends. */
  readonly count: (backends: ReadonlySet<number>) => ReadonlyMap<number, number>
  readonly tell: (event: DrainEvent) => void
  /** Default: 5000. */
  readonly everyMs?: number
}

/** How far backends have drained: looked at in each round, and from time to time while there are any. */
export class DrainWatch implements Disposable {
  readonly #options: DrainWatchOptions
  #progress: readonly DrainProgress[] = []
  #trouble: string | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: DrainWatchOptions) {
    this.#options = options
  }

  /** As it was at the last look. */
  get progress(): readonly DrainProgress[] {
    return this.#progress
  }

  /** Why connections could not be counted at the last look; they are shown as none then. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** Never throws: a kernel that does not list its sockets keeps nobody from draining. */
  look(): void {
    clearTimeout(this.#timer)
    const { table, tell, everyMs = EVERY_MS } = this.#options
    const before = this.#progress
    this.#progress = drainProgress(table, this.#counts())
    for (const event of drainEvents(before, this.#progress, Date.now() / 1000)) tell(event)
    if (this.#progress.length > 0) this.#timer = setTimeout(() => this.look(), everyMs).unref()
  }

  #counts(): (id: number) => number {
    const { table, count } = this.#options
    const ids = new Set([...table.drains].flatMap(({ backend }) => table.backend(backend)?.id ?? []))
    this.#trouble = undefined
    if (ids.size === 0) return () => 0
    try {
      const counts = count(ids)
      return (id) => counts.get(id) ?? 0
    } catch (error) {
      this.#trouble = `connections of backends that drain cannot be counted: ${(error as Error).message}`
      return () => 0
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}
