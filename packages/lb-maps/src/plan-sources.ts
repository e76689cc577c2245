import { formatWords } from './address.ts'
import { fullMessage } from './capacity.ts'
import type { Draft } from './draft.ts'
import { addressKey, type ServiceKey } from './key.ts'
import {
  AF_INET,
  type Family,
  MEMBER,
  MEMBER_WORDS,
  SERVICE_OWN_SOURCE,
  SOURCE_CLIENT,
  SOURCE_WORDS,
} from './layout.ts'
import type { WantedTable } from './wanted.ts'

/** Index of a row whose own address found no place. */
export const NO_SOURCE_INDEX: number = 0xffffffff

/** In place of an index into the sources: the backend is this host, and sees its clients. */
const HERE = -2

/** An own address that the input asks for. */
interface Source {
  readonly key: ServiceKey
  readonly text: string
  index: number
}

/**
 * Gives each own address an index, and a key in the service table, at which replies are recognised. Addresses that nobody
 * asks for any more stay, because connections may still carry them, until their places are needed or they become a
 * service's.
 */
export class SourcePlan {
  readonly #draft: Draft
  readonly #sources: readonly Source[]
  /** By backend row, into `#sources`; -1 is none, or `HERE`. */
  readonly #rows: Int32Array

  constructor(draft: Draft, wanted: WantedTable) {
    this.#draft = draft
    this.#rows = new Int32Array(wanted.ports.length).fill(-1)
    this.#sources = withHosts(distinctSources(wanted, this.#rows), wanted)
  }

  /** Before anything is put into the service tables: takes out or changes what stands there for other reasons. */
  makeWay(wanted: WantedTable): void {
    const { actual, maps, sources } = this.#draft
    for (const source of this.#sources) this.#changeKey(source.key)
    const fresh = this.#sources.filter(({ text }) => !sources.has(text)).length
    if (fresh > maps.sources.entries - 1 - actual.sources.size) this.#dropUnused()
    for (const { key } of wanted.services) this.#leaveToService(key)
  }

  /** Puts new addresses in; from the returned round on replies to all of them are recognised. */
  write(): number {
    const { maps, sources, actual } = this.#draft
    const taken = new Set([...actual.sources.values(), ...actual.leftovers.sources])
    let next = 1
    let round = 0
    for (const source of this.#sources) {
      const known = sources.get(source.text)
      while (taken.has(next)) next++
      source.index = known ?? (next < maps.sources.entries ? next++ : NO_SOURCE_INDEX)
      if (source.index === NO_SOURCE_INDEX) this.#full(source, 'sources')
      else if (known === undefined) {
        this.#draft.sourceWrites.push({ do: 'write-source', index: source.index, words: source.key.words })
        sources.set(source.text, source.index)
      }
      if (source.index !== NO_SOURCE_INDEX) round = Math.max(round, this.#insertKey(source))
    }
    return round
  }

  /**
   * By backend row: index into `sources`; 0 for a row without an own address, NO_SOURCE_INDEX where there was no place,
   * SOURCE_CLIENT for this host itself.
   */
  indexes(): Uint32Array {
    const indexes = new Uint32Array(this.#rows.length)
    this.#rows.forEach((source, row) => {
      if (source >= 0) indexes[row] = this.#sources[source]!.index
      else if (source === HERE) indexes[row] = SOURCE_CLIENT
    })
    return indexes
  }

  /** Is this an own address that the input asks for? */
  has(text: string): boolean {
    return this.#sources.some((source) => source.text === text)
  }

  /** An address that was a service's until now. */
  #changeKey(key: ServiceKey): void {
    const table = this.#draft.tableFor(key)
    const found = table.find(key)
    if (found && found.service !== SERVICE_OWN_SOURCE) this.#draft.takenOver.push(table.change(key, SERVICE_OWN_SOURCE))
  }

  #insertKey(source: Source): number {
    const table = this.#draft.tableFor(source.key)
    if (table.find(source.key)) return 0
    const round = table.insert(source.key, SERVICE_OWN_SOURCE, 0)
    if (round !== undefined) return round
    this.#full(source, table.shape.table)
    this.#draft.sources.delete(source.text)
    source.index = NO_SOURCE_INDEX
    return 0
  }

  /** Those that no member is reached from any more. */
  #dropUnused(): void {
    const { actual, maps } = this.#draft
    const used = new Set<number>()
    for (let id = 1; id < maps.members.entries; id++) used.add(maps.members.words[id * MEMBER_WORDS + MEMBER.source]!)
    for (const [text, index] of actual.sources) {
      if (!this.has(text) && !used.has(index)) this.#drop(text, index, true)
    }
  }

  #leaveToService({ family, words }: ServiceKey): void {
    const text = formatWords(words, 0, family)
    const index = this.#draft.sources.get(text)
    if (index !== undefined && !this.has(text)) this.#drop(text, index, false)
  }

  #drop(text: string, index: number, withKey: boolean): void {
    const draft = this.#draft
    const words = draft.maps.sources.words.slice(index * SOURCE_WORDS, (index + 1) * SOURCE_WORDS)
    const key = addressKey(familyOf(text), words)
    draft.sources.delete(text)
    if (withKey) draft.tableFor(key).remove(key)
    draft.release({ do: 'zero', table: 'sources', at: index, entries: 1 }, () => undefined)
  }

  #full({ text }: Source, map: string): void {
    const message = fullMessage(this.#draft.filled, map, `the own address ${text}`)
    this.#draft.problems.push({ code: 'FULL', path: `sources: ${text}`, message })
  }
}

function familyOf(text: string): Family {
  return text.includes(':') ? 10 : AF_INET
}

/** The host's addresses are recognised like those that packets carry. */
function withHosts(sources: readonly Source[], { hostKeys }: WantedTable): Source[] {
  const hosts = hostKeys.map((key) => ({ key, text: formatWords(key.words, 0, key.family), index: 0 }))
  const known = new Set(sources.map(({ text }) => text))
  return [...sources, ...hosts.filter(({ text }) => !known.has(text) && known.add(text))]
}

function distinctSources({ services, sources, families, words }: WantedTable, rows: Int32Array): Source[] {
  const found: Source[] = []
  const known = new Map<string | number, number>()
  for (const { start, count } of services) {
    for (let row = start; row < start + count; row++) {
      const at = 4 * row
      const family = families[row] as Family
      const id = family === AF_INET ? sources[at]! : sources.subarray(at, at + 4).join()
      if (id === 0 || id === '0,0,0,0') continue
      if (isItself(words, sources, at)) {
        rows[row] = HERE
        continue
      }
      let index = known.get(id)
      if (index === undefined) {
        const own = sources.slice(at, at + 4)
        index = found.push({ key: addressKey(family, own), text: formatWords(own, 0, family), index: 0 }) - 1
        known.set(id, index)
      }
      rows[row] = index
    }
  }
  return found
}

/** The own address towards it is its own: this host is the backend. */
function isItself(words: Uint32Array, sources: Uint32Array, at: number): boolean {
  for (let i = at; i < at + 4; i++) if (words[i] !== sources[i]) return false
  return true
}
