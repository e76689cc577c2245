import type { Encoder } from './encoder.ts'
import type { Trouble, WireError } from './error.ts'

/** Size of `struct nlmsghdr`. */
export const MESSAGE_HEADER = 16

/** Messages that netlink itself speaks; a family's own start at 16. */
export const NLMSG_NOOP = 1
export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3
export const NLMSG_OVERRUN = 4

export const NLM_F_REQUEST = 0x1
export const NLM_F_MULTI = 0x2
export const NLM_F_ACK = 0x4
export const NLM_F_DUMP_INTR = 0x10
export const NLM_F_DUMP = 0x300
export const NLM_F_REPLACE = 0x100
export const NLM_F_EXCL = 0x200
export const NLM_F_CREATE = 0x400
export const NLM_F_APPEND = 0x800
export const NLM_F_CAPPED = 0x100
export const NLM_F_ACK_TLVS = 0x200

/** One message inside a datagram; `start` and `end` bound what follows its header. */
export interface Message {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly port: number
  /** The whole datagram: offsets below are into it. */
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

/** Walks the messages of a datagram. Like the attribute decoder: one sticky error, no throw, no endless loop. */
export class MessageReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #trouble: Trouble = { error: undefined }
  #next = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get error(): WireError | undefined {
    return this.#trouble.error
  }

  /** The next message, or `undefined` at the end and after an error. */
  next(): Message | undefined {
    const left = this.#bytes.length - this.#next
    if (this.#trouble.error !== undefined || left <= 0) return undefined
    if (left < MESSAGE_HEADER) return this.#fail(`${left} bytes left, a message's header takes ${MESSAGE_HEADER}`)
    const length = this.#view.getUint32(this.#next, true)
    if (length < MESSAGE_HEADER || length > left)
      return this.#fail(`a message of ${length} bytes where ${left} are left`)
    const message = this.#message(this.#next, length)
    this.#next += (length + 3) & ~3
    return message
  }

  #message(at: number, length: number): Message {
    return {
      type: this.#view.getUint16(at + 4, true),
      flags: this.#view.getUint16(at + 6, true),
      sequence: this.#view.getUint32(at + 8, true),
      port: this.#view.getUint32(at + 12, true),
      bytes: this.#bytes,
      start: at + MESSAGE_HEADER,
      end: at + length,
    }
  }

  #fail(problem: string): undefined {
    this.#trouble.error = { offset: this.#next, problem }
  }
}

/** Starts a message; {@link endMessage} writes its length. The kernel fills the port in. */
export function beginMessage(to: Encoder, type: number, flags: number, sequence: number): void {
  to.u32(0).u16(type).u16(flags).u32(sequence).u32(0)
}

export function endMessage(to: Encoder, start = 0): void {
  to.patch32(start, to.length - start)
}
