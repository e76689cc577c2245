import type { TooLong } from './lines.ts'

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c]
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d]

/** What comes beside the items of a list may be this long. */
const LONGEST_ENVELOPE = 1024 * 1024

/**
 * Takes the items out of a list while it comes, `{"metadata":{…},"items":[{…},{…}]}`, so that neither its text nor all of its objects are ever
 * in memory at once. It only follows brackets and strings: whether an item is JSON is found when it is parsed.
 */
export class ItemSplitter {
  readonly #longest: number
  readonly #envelope: Buffer[] = []
  #envelopeLength = 0
  #parts: Buffer[] = []
  #length = 0
  #depth = 0
  #inString = false
  #escaped = false
  #inItems = false
  /** The beginning of the last string of the outermost object, and the last one that a colon followed. */
  #word = ''
  #key = ''

  constructor(longest: number) {
    this.#longest = longest
  }

  /** The bytes that are held. */
  get held(): number {
    return this.#parts.reduce((sum, part) => sum + part.length, this.#envelopeLength)
  }

  /** The items that are complete with this chunk. Throws a `SyntaxError` on what cannot be a list. */
  push(chunk: Buffer): (Buffer | TooLong)[] {
    const items: (Buffer | TooLong)[] = []
    let start = 0
    for (let i = 0; i < chunk.length; i++) {
      if (this.#inString) {
        i = this.#skipString(chunk, i)
        continue
      }
      const byte = chunk[i]!
      if (byte === QUOTE) this.#openString()
      else if (byte === OPEN || byte === OPEN_LIST) {
        if (this.#depth === 1) this.#inItems = byte === OPEN_LIST && this.#key === 'items'
        if (this.#inItems && this.#depth === 2) {
          this.#keep(chunk.subarray(start, i), false)
          start = i
        }
        this.#depth++
      } else if (byte === CLOSE || byte === CLOSE_LIST) {
        this.#depth--
        if (this.#depth < 0) throw new SyntaxError('a bracket is closed that was not opened')
        if (this.#inItems && this.#depth === 2) {
          this.#keep(chunk.subarray(start, i + 1), true)
          start = i + 1
          items.push(this.#item())
        } else if (this.#depth === 1) this.#inItems = false
      } else if (byte === COLON && this.#depth === 1) this.#key = this.#word
      else if (byte === COMMA && this.#inItems && this.#depth === 2) {
        this.#keep(chunk.subarray(start, i), false)
        start = i + 1
      }
    }
    this.#keep(chunk.subarray(start), this.#inItems && this.#depth > 2)
    return items
  }

  /** What came beside the items. Throws a `SyntaxError` where the list is not complete, or is none. */
  end(): unknown {
    return JSON.parse(Buffer.concat(this.#envelope).toString())
  }

  #openString(): void {
    this.#inString = true
    if (this.#depth === 1) this.#word = ''
  }

  /** To where the string ends, or the last byte of the chunk. */
  #skipString(chunk: Buffer, from: number): number {
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i]!
      if (this.#escaped) this.#escaped = false
      else if (byte === BACKSLASH) this.#escaped = true
      else if (byte === QUOTE) {
        this.#inString = false
        return i
      }
      if (this.#depth === 1 && this.#word.length < 16) this.#word += String.fromCharCode(byte)
    }
    return chunk.length
  }

  #keep(part: Buffer, ofItem: boolean): void {
    if (part.length === 0) return
    if (ofItem) {
      this.#length += part.length
      if (this.#length > this.#longest) this.#parts = []
      else this.#parts.push(part)
      return
    }
    this.#envelopeLength += part.length
    if (this.#envelopeLength > LONGEST_ENVELOPE) throw new SyntaxError('there is too much beside the items of the list')
    this.#envelope.push(part)
  }

  #item(): Buffer | TooLong {
    const length = this.#length
    const item = length > this.#longest ? { bytes: length } : Buffer.concat(this.#parts)
    this.#parts = []
    this.#length = 0
    return item
  }
}
