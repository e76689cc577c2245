import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { LineReader } from './lines.ts'
import { type FromProcess, readFromProcess, type ToProcess, write } from './messages.ts'

/** One connection to a health process. */
export class Link {
  readonly #socket: Socket
  readonly closed: Promise<void>

  private constructor(socket: Socket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
  }

  /** `undefined`: nobody answers there. */
  static async open(path: string): Promise<Link | undefined> {
    const socket = connect(path)
    // From the first moment on: one that is killed resets its connections at any time.
    socket.on('error', () => socket.destroy())
    try {
      await once(socket, 'connect')
      return new Link(socket)
    } catch {
      socket.destroy()
      return undefined
    }
  }

  /** From now on messages arrive. A line that is none ends the connection: what follows it cannot be trusted. */
  listen(heard: (message: FromProcess) => void, distrusted: (why: string) => void): void {
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
        const read = readFromProcess(line)
        if ('wrong' in read) return refuse(read.wrong)
        heard(read.message)
      }
    })
  }

  send(message: ToProcess): void {
    if (!this.#socket.destroyed) this.#socket.write(write(message))
  }

  close(): void {
    this.#socket.destroy()
  }
}
