import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { LineReader } from './lines.ts'

/** A message, or what is wrong with the line. */
export type Read<T> = { readonly message: T } | { readonly wrong: string }

/** One connection to a companion: a JSON object a line, both ways. */
export class Link<In, Out> {
  readonly #socket: Socket
  readonly closed: Promise<void>
  readonly #read: (line: string) => Read<In>

  private constructor(socket: Socket, read: (line: string) => Read<In>) {
    this.#socket = socket
    this.#read = read
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
  }

  /** `undefined`: nobody answers there. */
  static async open<In, Out>(path: string, read: (line: string) => Read<In>): Promise<Link<In, Out> | undefined> {
    const socket = connect(path)
    // From the first moment on: one that is killed resets its connections at any time.
    socket.on('error', () => socket.destroy())
    try {
      await once(socket, 'connect')
      return new Link(socket, read)
    } catch {
      socket.destroy()
      return undefined
    }
  }

  /** From now on messages arrive. A line that is none ends the connection: what follows it cannot be trusted. */
  listen(heard: (message: In) => void, distrusted: (why: string) => void): void {
    const reader = new LineReader()
    const refuse = (why: string): void => {
      this.close()
      distrusted(why)
    }
    this.#socket.on('data', (chunk: Buffer) => {
      const lines = reader.push(chunk)
      if (lines === undefined) return refuse('a line without end')
      for (const line of lines) {
        if (this.#socket.destroyed) return
        const read = this.#read(line)
        if ('wrong' in read) return refuse(read.wrong)
        heard(read.message)
      }
    })
  }

  send(message: Out): void {
    if (!this.#socket.destroyed) this.#socket.write(`${JSON.stringify(message)}\n`)
  }

  close(): void {
    this.#socket.destroy()
  }
}
