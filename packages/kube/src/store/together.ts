import type { KubeObject } from '../objects/kinds.ts'
import type { Change } from './change.ts'
import { roundsOf, type Readable } from './rounds.ts'

/** What changed in each of some stores. */
export type Rounds<S> = { readonly [K in keyof S]: S[K] extends Readable<infer T> ? readonly Change<T>[] : never }

/**
 * Rounds over several stores, for a reconciler that needs them all: the first once all are synced, with every object; then one whenever
 * something has changed in any. While the caller works on a round, changes gather for the next. Ends with the signal, or when any source ends.
 */
export async function* together<S extends object>(
  stores: { readonly [K in keyof S]: S[K] },
  { signal }: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<Rounds<S>> {
  const names = Object.keys(stores)
  for await (const rounds of roundsOf(Object.values(stores) as Readable<KubeObject>[], signal))
    yield Object.fromEntries(names.map((name, i) => [name, rounds[i]])) as unknown as Rounds<S>
}
