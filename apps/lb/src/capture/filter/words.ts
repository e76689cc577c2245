import { FilterError } from './error.ts'

interface Word {
  readonly text: string
  readonly offset: number
}

/** The words of a filter, read one after the other; what is refused is refused at its place. */
export class Words {
  readonly #text: string
  readonly #words: readonly Word[]
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#words = Array.from(text.matchAll(/\S+/g), (match) => ({ text: match[0], offset: match.index }))
  }

  get done(): boolean {
    return this.#at === this.#words.length
  }

  /** The next word, which stays. */
  peek(): string | undefined {
    return this.#words[this.#at]?.text
  }

  /** Takes the next word. `wanted` says what it should be, should there be none. */
  take(wanted: string): string {
    const word = this.#words[this.#at]
    if (word === undefined)
      throw new FilterError(this.#text, this.#text.length, `it ends where ${wanted} should follow`)
    this.#at++
    return word.text
  }

  /** An error about the word that was taken last. */
  refusal(problem: string): FilterError {
    return new FilterError(this.#text, this.#words[this.#at - 1]?.offset ?? 0, problem)
  }
}
