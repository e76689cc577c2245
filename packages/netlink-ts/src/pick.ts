/** The named properties that are there. */
export function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Present<Pick<T, K>> {
  const picked: Partial<T> = {}
  for (const key of keys) if (from[key] !== undefined) picked[key] = from[key]
  return picked as Present<Pick<T, K>>
}

/** The same properties, each either there with a value or not there. */
export type Present<T> = { -readonly [K in keyof T]: Exclude<T[K], undefined> }

/** `{ [key]: value }`, or `{}` when there is no value. */
export function maybe<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V }
}

/** All properties but the named ones. */
export function omit<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Omit<T, K> {
  const kept = { ...from }
  for (const key of keys) delete kept[key]
  return kept
}
