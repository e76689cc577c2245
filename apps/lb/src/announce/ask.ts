import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { type FromAnnouncer, type ToAnnouncer, writeLine } from './process/messages.ts'

const ANSWER_MS = 2000

export type Hello = Extract<FromAnnouncer, { type: 'hello' }>

/** A connection to an announcer, which has said what it is. */
export class Connection implements Disposable {
  readonly hello: Hello
  readonly closed: Promise<unknown>
  readonly #socket: Socket
  readonly #lines: AsyncIterator<string>

  private constructor(socket: Socket, lines: AsyncIterator<string>, hello: Hello) {
    this.#socket = socket
    this.#lines = lines
    this.hello = hello
    this.closed = new Promise((resolve) => socket.once('close', resolve))
  }

  /** `undefined`: none listens there, or it does not answer. */
  static async open(path: string): Promise<Connection | undefined> {
    const socket = connect(path)
    // From the first moment on: one that is killed resets its connections at any time.
    socket.on('error', () => socket.destroy())
    try {
      await once(socket, 'connect')
    } catch {
      socket.destroy()
      return undefined
    }
    socket.setTimeout(ANSWER_MS, () => socket.destroy())
    const reader = createInterface({ input: socket })
    const lines = reader[Symbol.asyncIterator]()
    // The end of a socket that is destroyed here is no end of its lines.
    socket.once('close', () => reader.close())
    const hello = await heardFrom(lines)
    socket.setTimeout(0)
    if (hello?.type === 'hello') return new Connection(socket, lines, hello)
    socket.destroy()
    return undefined
  }

  send(message: ToAnnouncer): void {
    if (!this.#socket.destroyed) this.#socket.write(writeLine(message))
  }

  /** What it says next; `undefined` when the connection has ended. */
  next(): Promise<FromAnnouncer | undefined> {
    return heardFrom(this.#lines)
  }

  /** All that it says, until the connection ends. */
  async listen(heard: (message: FromAnnouncer) => void): Promise<void> {
    for (let message = await this.next(); message !== undefined; message = await this.next()) heard(message)
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}

/** The next message; `undefined` at the end, in whatever way that came. */
async function heardFrom(lines: AsyncIterator<string>): Promise<FromAnnouncer | undefined> {
  try {
    const { value, done } = await lines.next()
    return done === true ? undefined : (JSON.parse(value) as FromAnnouncer)
  } catch {
    return undefined
  }
}

/** Ends the announcer, so that another host owns the addresses; its process number, or `undefined` where none runs. */
export async function endAnnouncer(path: string): Promise<number | undefined> {
  using connection = await Connection.open(path)
  if (connection === undefined) return undefined
  connection.send({ type: 'stop', handover: false })
  await connection.listen(() => {})
  return connection.hello.pid
}
