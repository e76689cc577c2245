/** How a body's end is known (RFC 9112, 6.3). */
export type Framing = { readonly chunked: true } | { readonly length: number } | undefined

/** Takes a body apart as it comes. */
export interface Body {
  /** The part of the body in these bytes; `undefined` when the framing is broken. */
  take(chunk: Buffer): Buffer | undefined
  /** Nothing more belongs to it. */
  readonly complete: boolean
}

export function bodyOf(framing: Framing): Body {
  if (framing === undefined) return { take: (chunk) => chunk, complete: false }
  return 'chunked' in framing ? new ChunkedBody() : new CountedBody(framing.length)
}

class CountedBody implements Body {
  #left: number

  constructor(length: number) {
    this.#left = length
  }

  get complete(): boolean {
    return this.#left === 0
  }

  take(chunk: Buffer): Buffer {
    const part = chunk.subarray(0, this.#left)
    this.#left -= part.length
    return part
  }
}

const longestSizeLine = 1024

class ChunkedBody implements Body {
  #line = ''
  #left = 0
  /** The line break behind a chunk's data is still to come. */
  #afterData = false
  complete = false

  take(bytes: Buffer): Buffer | undefined {
    const parts: Buffer[] = []
    let rest = bytes
    while (rest.length > 0 && !this.complete) {
      const used = this.#left > 0 ? this.#data(rest, parts) : this.#size(rest)
      if (used < 0) return undefined
      rest = rest.subarray(used)
    }
    return Buffer.concat(parts)
  }

  #data(bytes: Buffer, parts: Buffer[]): number {
    const part = bytes.subarray(0, this.#left)
    parts.push(part)
    this.#left -= part.length
    this.#afterData = this.#left === 0
    return part.length
  }

  /** Reads towards the end of a size line; negative when that is none. */
  #size(bytes: Buffer): number {
    const end = bytes.indexOf(10)
    this.#line += bytes.toString('latin1', 0, end < 0 ? bytes.length : end)
    if (this.#line.length > longestSizeLine) return -1
    if (end < 0) return bytes.length
    const line = this.#line.replace(/\r$/, '')
    this.#line = ''
    if (this.#afterData) {
      this.#afterData = false
      return line === '' ? end + 1 : -1
    }
    const size = /^([\da-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1]
    if (size === undefined) return -1
    this.#left = Number.parseInt(size, 16)
    this.complete = this.#left === 0
    return end + 1
  }
}
