import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { reasonOf } from './client.ts'
import { Outcome } from './once.ts'
import type { Answer } from './report.ts'

/** How to reach a TCP echo server. */
export interface EchoTarget {
  readonly address: string
  readonly port: number
  readonly sourcePort?: number | undefined
  readonly timeoutMs: number
}

/** A TCP connection to a server that greets with its name on a line and then echoes. */
export class EchoConnection {
  readonly #socket: Socket
  readonly #target: EchoTarget
  #received: Buffer = Buffer.alloc(0)
  #server: string | undefined
  #sourcePort: number | undefined
  #error: string | undefined
  #waiting: { readonly outcome: Outcome; readonly expected: Buffer } | undefined

  constructor(target: EchoTarget, connected: () => void) {
    this.#target = target
    const { address, port, sourcePort } = target
    this.#socket = connect({ host: address, port, noDelay: true, ...(sourcePort ? { localPort: sourcePort } : {}) })
    this.#socket.once('connect', () => {
      this.#sourcePort = this.#socket.localPort
      if (this.#waiting) this.#mark(this.#waiting.outcome)
      connected()
    })
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    this.#socket.on('error', (error) => this.#break(reasonOf(error)))
    this.#socket.on('end', () => this.#break('closed early'))
    this.#socket.on('close', () => this.#break('closed early'))
  }

  /** False once it broke: a new connection is needed. */
  get usable(): boolean {
    return this.#error === undefined
  }

  get server(): string | undefined {
    return this.#server
  }

  /** Sends bytes and awaits them back (and, the first time, the greeting before them). One exchange at a time. */
  exchange(bytes: Buffer): Promise<Answer> {
    const outcome = new Outcome(this.#target.timeoutMs, () => this.reset())
    if (this.#sourcePort !== undefined) this.#mark(outcome)
    this.#waiting = { outcome, expected: bytes }
    if (this.#error === undefined) this.#socket.write(bytes)
    else outcome.fail(this.#error)
    return outcome.promise
  }

  /** Closes by RST: neither side keeps the connection in TIME_WAIT, and the source port is free at once. */
  reset(): void {
    this.#error ??= 'reset'
    this.#socket.resetAndDestroy()
  }

  /** Closes by FIN. Resolves when the server has closed too, or after the time-out by RST. */
  async close(): Promise<void> {
    this.#error ??= 'closed'
    if (this.#socket.destroyed) return
    const closed = Promise.withResolvers<void>()
    this.#socket.once('close', () => closed.resolve())
    const timer = setTimeout(() => this.#socket.resetAndDestroy(), this.#target.timeoutMs)
    this.#socket.end()
    this.#socket.resume()
    await closed.promise
    clearTimeout(timer)
  }

  #mark(outcome: Outcome): void {
    outcome.phase = 'response'
    outcome.sourcePort = this.#sourcePort
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    if (this.#server === undefined) this.#takeGreeting()
    const waiting = this.#waiting
    if (this.#server === undefined || !waiting || this.#received.length < waiting.expected.length) return
    const echo = this.#received.subarray(0, waiting.expected.length)
    this.#received = this.#received.subarray(waiting.expected.length)
    this.#waiting = undefined
    if (echo.equals(waiting.expected)) waiting.outcome.succeed({ server: this.#server, sourcePort: this.#sourcePort })
    else waiting.outcome.fail('wrong echo')
  }

  #takeGreeting(): void {
    const end = this.#received.indexOf('\n')
    if (end < 0) return
    this.#server = this.#received.toString('utf8', 0, end)
    this.#received = this.#received.subarray(end + 1)
  }

  #break(reason: string): void {
    this.#error ??= reason
    this.#waiting?.outcome.fail(this.#error)
    this.#waiting = undefined
  }
}
