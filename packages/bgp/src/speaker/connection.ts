import { decodeMessage, type Message } from '../wire/decode.ts'
import type { AttributeContext } from '../wire/attributes/attribute.ts'
import { WireError } from '../wire/error.ts'
import { Framer } from '../wire/framer.ts'
import type { Timers } from './timers.ts'
import type { Link } from './transport.ts'

/** A peer that has read our last words closes its side; so long is that waited for. */
const LINGER_MS = 2000

/** What happens on a connection. */
export interface ConnectionEvents {
  message(message: Message): void
  /** What came cannot be read. */
  broken(error: WireError): void
  closed(why: string): void
}

/** One TCP connection: bytes in, messages out, and back. */
export class Connection {
  readonly local: string
  readonly remote: string
  /** No more bytes are under way. */
  readonly closed: Promise<void>
  /** How messages are read, as soon as that is agreed. */
  context: AttributeContext = { as4: true, external: true }
  readonly #link: Link
  readonly #events: ConnectionEvents
  readonly #timers: Timers
  readonly #framer = new Framer()
  #open = true
  #hasLastWords = false
  #wake: (() => void) | undefined

  constructor(link: Link, timers: Timers, events: ConnectionEvents) {
    this.#link = link
    this.#events = events
    this.#timers = timers
    this.local = link.local
    this.remote = link.remote
    const { stream } = link
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    let why = 'the peer closed the connection'
    stream.on('data', (chunk: Uint8Array) => this.#read(chunk))
    stream.on('drain', () => this.#wake?.())
    stream.on('error', (error: NodeJS.ErrnoException) => (why = `the connection broke: ${error.code ?? error.message}`))
    stream.on('end', () => stream.destroy())
    stream.on('close', () => {
      const told = !this.#open
      this.#open = false
      this.#wake?.()
      resolve()
      if (!told) this.#events.closed(why)
    })
  }

  get open(): boolean {
    return this.#open
  }

  /** Sends; false when the peer is slower than we are, and {@link drained} is to be awaited. */
  write(bytes: Uint8Array): boolean {
    return !this.#open || this.#link.stream.write(bytes)
  }

  /** The last message before it is closed, which the peer gets the time to read. */
  sayLast(bytes: Uint8Array): void {
    this.#hasLastWords = this.#open
    this.write(bytes)
  }

  /** Until there is room again, or the connection is closed. */
  async drained(): Promise<void> {
    if (!this.#open || !this.#link.stream.writableNeedDrain) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    await promise
    this.#wake = undefined
  }

  /**
   * Closes; with `flush`, after what was written: where that ends with last words, the peer closes first, as who is reset
   * by data that crosses them never reads them. No more events come.
   */
  close(flush: boolean): void {
    if (!this.#open) return
    this.#open = false
    this.#wake?.()
    const { stream } = this.#link
    if (!flush) return void stream.destroy()
    stream.end(this.#hasLastWords ? undefined : () => stream.destroy())
    const cancel = this.#timers.set(LINGER_MS, () => stream.destroy())
    stream.once('close', cancel)
  }

  #read(chunk: Uint8Array): void {
    try {
      for (const raw of this.#framer.push(chunk)) {
        if (!this.#open) return
        this.#events.message(decodeMessage(raw, this.context))
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      if (this.#open) this.#events.broken(error)
    }
  }
}
