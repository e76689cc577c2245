/** A line that was longer than allowed, and was left out. */
export interface TooLong {
  readonly bytes: number
}

/** Cuts a stream into lines, wherever its chunks are cut. What is longer than allowed is counted and not kept. */
export class LineSplitter {
  readonly #longest: number
  #parts: Buffer[] = []
  #length = 0

  constructor(longest: number) {
    this.#longest = longest
  }

  /** The bytes that are held for a line that is not complete. */
  get held(): number {
    return this.#parts.reduce((sum, part) => sum + part.length, 0)
  }

  push(chunk: Buffer): (Buffer | TooLong)[] {
    const lines: (Buffer | TooLong)[] = []
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      this.#keep(chunk.subarray(start, end))
      start = end + 1
      if (this.#length > this.#longest) lines.push({ bytes: this.#length })
      else if (this.#length > 0) lines.push(this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts))
      this.#parts = []
      this.#length = 0
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#length > this.#longest) this.#parts = []
    else if (part.length > 0) this.#parts.push(part)
  }
}
