/** The text has something that is left to the exact reader. */
export class NotPlain extends Error {}

export const NEWLINE = 10
export const SPACE = 32
export const HASH = 35
export const COMMA = 44
export const DASH = 45
export const COLON = 58

const MOST_DEPTH = 64

/** A place in a text of lines that are indented by spaces. Characters are told by code; past the end there is NaN. */
export class Cursor {
  readonly text: string
  at = 0
  /** Where the line's content begins, counted from 0; -1: there is none any more. Of `- a` it moves to `a`. */
  column = 0
  #depth = 0

  constructor(text: string) {
    this.text = text
    this.#skipEmptyLines()
  }

  get code(): number {
    return this.text.charCodeAt(this.at)
  }

  skipSpaces(): void {
    while (this.code === SPACE) this.at++
  }

  /** Is there nothing but blanks, or a comment, until the end of the line? The cursor is behind the blanks then. */
  isAtLineEnd(): boolean {
    this.skipSpaces()
    const { code } = this
    return code === NEWLINE || Number.isNaN(code) || (code === HASH && this.isBehindBlank())
  }

  isBehindBlank(): boolean {
    return this.at === 0 || isBlank(this.text.charCodeAt(this.at - 1))
  }

  /** Goes to the content of the next line that has any. Nothing but a comment may be left of this one. */
  endLine(): void {
    if (!this.isAtLineEnd()) throw new NotPlain()
    this.skipComment()
    this.at++
    this.#skipEmptyLines()
  }

  skipComment(): void {
    if (this.code !== HASH) return
    const end = this.text.indexOf('\n', this.at)
    this.at = end < 0 ? this.text.length : end
  }

  /** `-` and a blank, or alone on its line. */
  isAtEntry(): boolean {
    return this.code === DASH && isBlank(this.text.charCodeAt(this.at + 1))
  }

  /** Something inside of something begins. */
  enter(): void {
    if (++this.#depth > MOST_DEPTH) throw new NotPlain()
  }

  leave(): void {
    this.#depth--
  }

  #skipEmptyLines(): void {
    for (;;) {
      const start = this.at
      this.skipSpaces()
      this.column = this.at - start
      this.skipComment()
      if (this.at >= this.text.length) this.column = -1
      if (this.column < 0 || this.code !== NEWLINE) return
      this.at++
    }
  }
}

/** A space, or the end of a line. */
export function isBlank(code: number): boolean {
  return code === SPACE || code === NEWLINE || Number.isNaN(code)
}
