/** Far above what a desired state of 100,000 entries takes. */
export const longestLine: number = 128 * 1024 * 1024

/** Cuts a stream of bytes into lines. */
export class LineReader {
  readonly #longest: number
  #parts: Buffer[] = []
  #length = 0

  constructor(longest: number = longestLine) {
    this.#longest = longest
  }

  /** The lines that are complete with this chunk; `undefined` when one is too long, after which there are no more. */
  push(chunk: Buffer): string[] | undefined {
    const lines: string[] = []
    let rest = chunk
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      this.#parts.push(rest.subarray(0, end))
      lines.push(Buffer.concat(this.#parts).toString())
      this.#parts = []
      this.#length = 0
      rest = rest.subarray(end + 1)
    }
    this.#parts.push(rest)
    this.#length += rest.length
    return this.#length > this.#longest ? undefined : lines
  }
}
