import { HEADER_LENGTH, messageLength, type RawMessage } from './message.ts'

/**
 * Cuts a byte stream into messages. Messages that lie whole in a chunk are not copied; what is kept between chunks is
 * less than one message.
 */
export class Framer {
  #rest: Uint8Array = new Uint8Array()

  /** How many bytes of an unfinished message are kept. */
  get pending(): number {
    return this.#rest.length
  }

  /** Messages that are complete now. Their bodies lie in the chunk. Throws {@link WireError}; the stream is lost then. */
  *push(chunk: Uint8Array): Generator<RawMessage, void, undefined> {
    let bytes = chunk
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + chunk.length)
      bytes.set(this.#rest)
      bytes.set(chunk, this.#rest.length)
    }
    let offset = 0
    while (bytes.length - offset >= HEADER_LENGTH) {
      const length = messageLength(bytes, offset)
      if (bytes.length - offset < length) break
      const end = offset + length
      const message = { type: bytes[offset + 18]!, body: bytes.subarray(offset + HEADER_LENGTH, end) }
      offset = end
      yield message
    }
    this.#rest = bytes.slice(offset)
  }
}
