import type { KubeObject, Store } from '../src/index.ts'

/** Waits until a store is as wanted; looks each time that something changes. */
export async function untilStore<T extends KubeObject>(
  store: Store<T>,
  holds: (store: Store<T>) => boolean,
): Promise<void> {
  for await (const _round of store.rounds()) if (holds(store)) return
}

/** Waits until what is asked says yes; asks again after each turn of the event loop. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** The names of all objects, in order. */
export function names(store: Store<KubeObject>): string[] {
  return [...store.values()].map(({ metadata }) => metadata.name).toSorted()
}
