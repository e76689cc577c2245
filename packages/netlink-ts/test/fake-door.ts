import { Buffer } from 'node:buffer'
import type { Native } from '../src/native.ts'
import { native } from '../src/native.ts'
import { Encoder } from '../src/wire/encoder.ts'
import { beginMessage, endMessage, NLM_F_MULTI, NLMSG_DONE, NLMSG_ERROR } from '../src/wire/message.ts'

/** What a test's kernel answers to a request: datagrams, or nothing. */
export type Answer = (request: SentRequest) => readonly Uint8Array[]

export interface SentRequest {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  /** What follows the message's header. */
  readonly body: Uint8Array
}

/** A kernel made of a function, and what was sent to it. */
export interface FakeDoor extends Native {
  readonly sent: SentRequest[]
}

const EAGAIN = -11

/** Opens no socket: requests go to `answer`, and its datagrams come back. */
export function fakeDoor(answer: Answer): FakeDoor {
  const sent: SentRequest[] = []
  const waiting: Uint8Array[] = []
  return {
    ...native,
    sent,
    // A number that no descriptor has.
    open: () => 1_000_000,
    close: () => 0,
    bind: () => 1,
    setOption: () => 0,
    getOption: () => 0,
    setTimeout: () => 0,
    send(_fd, bytes, length) {
      const request = parse(bytes.slice(0, length))
      sent.push(request)
      waiting.push(...answer(request))
      return length
    },
    receive(_fd, buffer) {
      const datagram = waiting.shift()
      if (datagram === undefined) return EAGAIN
      buffer.set(datagram.subarray(0, buffer.length))
      return datagram.length
    },
  }
}

/** A message to the caller; `sequence` as the request had it. */
export function message(type: number, flags: number, sequence: number, body: Uint8Array): Uint8Array {
  const out = new Encoder()
  beginMessage(out, type, flags, sequence)
  out.write(body)
  endMessage(out)
  return out.bytes.slice()
}

/** The end of an exchange: 0, or −errno, and what may follow. */
export function ending(sequence: number, code = 0, flags = 0, rest: Uint8Array = new Uint8Array()): Uint8Array {
  const out = new Encoder()
  out
    .u32(code >>> 0)
    .zeros(16)
    .write(rest)
  return message(NLMSG_ERROR, flags, sequence, out.bytes)
}

export function done(sequence: number, flags = 0): Uint8Array {
  return message(NLMSG_DONE, NLM_F_MULTI | flags, sequence, new Uint8Array(4))
}

export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'))
}

function parse(bytes: Uint8Array): SentRequest {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return {
    type: view.getUint16(4, true),
    flags: view.getUint16(6, true),
    sequence: view.getUint32(8, true),
    body: bytes.subarray(16),
  }
}
