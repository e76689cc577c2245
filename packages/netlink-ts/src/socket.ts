import { Arena, sharedArena } from './arena.ts'
import { checkWhole } from './check.ts'
import { Descriptor } from './descriptor.ts'
import { errnoName } from './errno.ts'
import { checked, NetlinkError } from './error.ts'
import type { Native } from './native.ts'
import { endingCode, extendedAck, refusal } from './refusal.ts'
import type { Request } from './request.ts'
import { Encoder } from './wire/encoder.ts'
import type { Message } from './wire/message.ts'
import {
  beginMessage,
  endMessage,
  MessageReader,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_OVERRUN,
} from './wire/message.ts'

export interface SocketOptions {
  /** The namespace's descriptor; the calling thread's own namespace when left out. */
  readonly namespaceFd?: number | undefined
  /** The kernel; a test may put its own in front of it. */
  readonly door?: Native | undefined
  /** `NETLINK_ROUTE` when left out. */
  readonly protocol?: number | undefined
  /** For {@link openHandles} and errors. */
  readonly detail?: string
  /** How long to wait for the kernel's answer, in milliseconds. Default 10000. */
  readonly timeoutMs?: number | undefined
  /** What answers are received into; by default one buffer for all sockets of the thread. It is replaced when too small. */
  readonly buffer?: Uint8Array | undefined
  /** Called with what the kernel warns of while it does as told (extended ack on success). */
  readonly onWarning?: ((operation: string, message: string) => void) | undefined
}

/** A dump that changes under the reader is read again, this often at most. */
const DUMP_ATTEMPTS = 20
const TIMEOUT_MS = 10_000

/** An exchange is synchronous, so all of the thread's sockets write requests into one buffer. */
const outgoing = new Encoder(4096)

/** What to do with a message of an answer; `true` ends the exchange. */
type Handler = (message: Message) => boolean | void

/**
 * An rtnetlink socket for requests: one at a time, synchronously, as the kernel serves them. It belongs to the
 * network namespace that it was opened in.
 */
export class RouteSocket implements Disposable {
  readonly #descriptor: Descriptor
  readonly #arena: Arena
  readonly #onWarning: SocketOptions['onWarning']
  #sequence = 0

  constructor(options: SocketOptions = {}) {
    const timeout = checkWhole('openNetlink', 'timeoutMs', options.timeoutMs ?? TIMEOUT_MS, 0, 0x7fffffff)
    this.#descriptor = new Descriptor({
      kind: 'socket',
      detail: options.detail ?? 'route socket',
      namespaceFd: options.namespaceFd,
      protocol: options.protocol,
      door: options.door,
    })
    this.#descriptor.setTimeout(timeout)
    this.#arena = options.buffer === undefined ? sharedArena : new Arena(options.buffer)
    this.#onWarning = options.onWarning
  }

  /** The descriptor. Throws `CLOSED` after disposal. */
  get fd(): number {
    return this.#descriptor.fd
  }

  /** Whether it was disposed of. */
  get closed(): boolean {
    return this.#descriptor.closed
  }

  /** Sends a change and waits until the kernel has made it. Throws {@link NetlinkError} when it refuses. Linux 4.12 (extended acks). */
  change(request: Request): void {
    const sent = this.#send(request, NLM_F_REQUEST | NLM_F_ACK | (request.flags ?? 0))
    this.#receive(request, sent, () => undefined)
  }

  /** Asks for one object. The message is valid until the next exchange on this thread: read it at once. */
  get(request: Request): Message {
    for (;;) {
      const sent = this.#send(request, NLM_F_REQUEST | (request.flags ?? 0))
      let answer: Message | undefined
      const whole = this.#receive(request, sent, (message) => {
        answer = message
        return true
      })
      if (answer !== undefined) return answer
      if (whole) throw malformed(request.operation, 'it has no data')
    }
  }

  /**
   * Asks for all objects of a kind, and has all of them when it returns. A table that changed meanwhile
   * (`NLM_F_DUMP_INTR`) is read again, so the list is one that was true at some moment.
   */
  dump(request: Request): readonly Message[] {
    for (let attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
      const messages = this.#dumpOnce(request)
      if (messages !== undefined) return messages
    }
    throw new NetlinkError(
      'INTERRUPTED',
      request.operation,
      `the table changed during each of ${DUMP_ATTEMPTS} dumps`,
      {
        hint: 'try again when it is quieter',
      },
    )
  }

  [Symbol.dispose](): void {
    this.#descriptor[Symbol.dispose]()
  }

  #dumpOnce(request: Request): Message[] | undefined {
    const sent = this.#send(request, NLM_F_REQUEST | NLM_F_DUMP | (request.flags ?? 0))
    const messages: Message[] = []
    let interrupted = false
    const whole = this.#receive(request, sent, (message) => {
      interrupted ||= (message.flags & NLM_F_DUMP_INTR) !== 0
      if (message.type !== NLMSG_DONE) messages.push(keep(message))
    })
    return whole && !interrupted ? messages : undefined
  }

  #send(request: Request, flags: number): Uint8Array {
    this.#sequence = (this.#sequence + 1) >>> 0
    outgoing.reset()
    beginMessage(outgoing, request.type, flags, this.#sequence)
    request.body.write(outgoing)
    endMessage(outgoing)
    const sent = outgoing.bytes
    checked(request.operation, this.#descriptor.send(sent, sent.length), request.subject)
    return sent
  }

  /** Handles each message of the answer up to its end. False when some of it did not fit the buffer (larger now). */
  #receive(request: Request, sent: Uint8Array, handle: Handler): boolean {
    for (;;) {
      const length = this.#datagram(request)
      if (length > this.#arena.bytes.length) return this.#drop(length)
      const reader = new MessageReader(this.#arena.bytes.subarray(0, length))
      for (let message = reader.next(); message !== undefined; message = reader.next())
        if (message.sequence === this.#sequence && this.#ends(request, sent, message, handle)) return true
      if (reader.error !== undefined) throw malformed(request.operation, reader.error.problem)
    }
  }

  #ends(request: Request, sent: Uint8Array, message: Message, handle: Handler): boolean {
    if (message.type === NLMSG_ERROR || message.type === NLMSG_DONE) {
      if (endingCode(message) < 0) throw refusal(request, sent, message)
      this.#warn(request, message)
      if (message.type === NLMSG_DONE) handle(message)
      return true
    }
    return message.type > NLMSG_OVERRUN && handle(message) === true
  }

  #datagram(request: Request): number {
    const length = this.#descriptor.receive(this.#arena.bytes, true)
    if (length < 0 && errnoName(-length) === 'EAGAIN')
      throw new NetlinkError('TIMEOUT', request.operation, 'the kernel did not answer in time')
    return checked(request.operation, length, request.subject)
  }

  /** The kernel fills the queue before a read returns, so what is left of a dump is there without waiting. */
  #drop(length: number): false {
    this.#arena.grow(length)
    while (this.#descriptor.receive(this.#arena.bytes, false) >= 0);
    return false
  }

  #warn(request: Request, message: Message): void {
    const text = this.#onWarning === undefined ? undefined : extendedAck(message).message
    if (text !== undefined) this.#onWarning?.(request.operation, text)
  }
}

/** A message that outlives the buffer that it came in. */
function keep(message: Message): Message {
  const bytes = message.bytes.slice(message.start, message.end)
  return { ...message, bytes, start: 0, end: bytes.length }
}

export function malformed(operation: string, problem: string): NetlinkError {
  return new NetlinkError('MALFORMED', operation, `the kernel's message cannot be read: ${problem}`)
}
