import type { Nullish } from './keep.ts'

/**
 * One copy of each text or small object that many objects have in common: names of nodes, zones, labels, conditions.
 * Holds what was in use lately: past the limit the older half is let go, and later copies stand for themselves.
 */
class Interned<T> {
  readonly #limit: number
  #young = new Map<string, T>()
  #old = new Map<string, T>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: string, make: (key: string) => T): T {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const found = this.#old.get(key) ?? make(key)
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, found)
    return found
  }
}

const texts = new Interned<string>(16_384)
const records = new Interned<Readonly<Record<string, string>>>(4096)
const nothing: Readonly<Record<string, string>> = Object.freeze({})
const same = (text: string): string => text

/** The one copy of a text. */
export function intern(text: string): string {
  return text.length > 128 ? text : texts.get(text, same)
}

/** The one copy of keys with texts: pods of one deployment share their labels. */
export function internRecord(record: Nullish<Readonly<Record<string, string>>>): Readonly<Record<string, string>> {
  if (record == null) return nothing
  let key = ''
  for (const name in record) key += `${name}\0${record[name]}\0`
  if (key === '') return nothing
  const make = (): Readonly<Record<string, string>> =>
    Object.freeze(Object.fromEntries(Object.entries(record).map(([name, text]) => [intern(name), intern(text)])))
  return key.length > 1024 ? make() : records.get(key, make)
}
