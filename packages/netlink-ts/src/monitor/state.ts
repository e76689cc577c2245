import type { Watch } from './watched.ts'
import { looksSame } from './watched.ts'

export type Action = 'add' | 'change' | 'remove'
export type Difference<V> = readonly [action: Action, value: V]

/** What was reported of one kind: turns the kernel's messages, and whole tables, into differences. */
export class WatchState<V> {
  readonly #watch: Watch<V>
  /** By key, then by detail. */
  #known = new Map<string, Map<string, V>>()

  constructor(watch: Watch<V>) {
    this.#watch = watch
  }

  /** The kernel says that it is there. `replaces`: in the place of the first one with the same key. */
  added(value: V, replaces: boolean): Difference<V> | undefined {
    const [key, detail] = [this.#watch.key(value), this.#watch.detail(value)]
    const known = this.#known.get(key)
    const old = known?.get(detail) ?? (replaces ? this.#forgetFirst(key) : undefined)
    this.#remember(key, detail, value)
    if (old === undefined) return ['add', value]
    return looksSame(this.#watch, old, value) ? undefined : ['change', value]
  }

  /** The kernel says that it is gone; `undefined` when it was never reported. */
  removed(value: V): Difference<V> | undefined {
    const [key, detail] = [this.#watch.key(value), this.#watch.detail(value)]
    return this.#forget(key, detail) ? ['remove', value] : undefined
  }

  /** The table as it is: differences to what was reported, what went before what came. */
  replaced(values: Iterable<V>): Difference<V>[] {
    const before = this.#known
    this.#known = new Map()
    const changes: Difference<V>[] = []
    for (const value of values) {
      const [key, detail] = [this.#watch.key(value), this.#watch.detail(value)]
      const old = before.get(key)?.get(detail)
      before.get(key)?.delete(detail)
      this.#remember(key, detail, value)
      if (old === undefined) changes.push(['add', value])
      else if (!looksSame(this.#watch, old, value)) changes.push(['change', value])
    }
    const gone = [...before.values()].flatMap((each) => [...each.values()])
    return [...gone.map((value) => ['remove', value] as const), ...changes]
  }

  #remember(key: string, detail: string, value: V): void {
    const same = this.#known.get(key)
    if (same === undefined) this.#known.set(key, new Map([[detail, value]]))
    else same.set(detail, value)
  }

  #forget(key: string, detail: string): boolean {
    const same = this.#known.get(key)
    if (same === undefined || !same.delete(detail)) return false
    if (same.size === 0) this.#known.delete(key)
    return true
  }

  #forgetFirst(key: string): V | undefined {
    const first = this.#known.get(key)?.entries().next().value
    if (first === undefined) return undefined
    this.#forget(key, first[0])
    return first[1]
  }
}
