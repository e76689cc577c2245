import { addressTrouble, formatWords, parseWords } from './address.ts'
import type { Family } from './layout.ts'

/** An own address as text, read once. */
interface Source {
  readonly family: Family | undefined
  readonly words: Uint32Array
}

/** Finds the own address towards a backend. */
export class SourceLookup {
  readonly #given: ReadonlyMap<string, string>
  readonly #read = new Map<string, Source>()
  #lastText: string | undefined
  #last: Source | undefined

  constructor(given: ReadonlyMap<string, string>) {
    this.#given = given
  }

  /**
   * Writes the own address towards the backend of a row into `out`. Keys may be written as the backend is, or canonically.
   * Returns why there is none, and leaves zeros then.
   */
  find(address: string, family: Family, words: Uint32Array, row: number, out: Uint32Array): string | undefined {
    const text = this.#given.get(address) ?? this.#given.get(formatWords(words, 4 * row, family))
    if (text === undefined) return 'there is no own address towards it'
    const source = this.#source(text)
    if (source.family !== family) return `the own address towards it, ${text}, is of another family`
    for (let i = 0; i < 4; i++) out[4 * row + i] = source.words[i]!
    return undefined
  }

  /**
   * Each own address that was given, canonically, with the first backend it was given for, or what is wrong with it. A
   * backend that is this host itself is no source: its packets keep their clients' addresses.
   */
  *all(): Generator<{ readonly backend: string; readonly source: string; readonly trouble?: string }> {
    for (const [text, backend] of this.#distinct()) {
      const { family, words } = this.#source(text)
      if (family === undefined) yield { backend, source: text, trouble: addressTrouble(text) }
      else yield { backend, source: formatWords(words, 0, family) }
    }
  }

  /** By own address as it was given: the first backend. There are few of them, and many backends. */
  #distinct(): Map<string, string> {
    const found = new Map<string, string>()
    let last: string | undefined
    this.#given.forEach((text, backend) => {
      if (text !== last && text !== backend && !found.has(text)) found.set(text, backend)
      last = text
    })
    return found
  }

  #source(text: string): Source {
    if (text === this.#lastText && this.#last) return this.#last
    let source = this.#read.get(text)
    if (!source) {
      const words = new Uint32Array(4)
      source = { family: parseWords(text, words, 0), words }
      this.#read.set(text, source)
    }
    this.#lastText = text
    this.#last = source
    return source
  }
}
