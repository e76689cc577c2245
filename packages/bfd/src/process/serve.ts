import type { Socket } from 'node:net'
import { LineReader } from '@skep/companion'
import { BfdError } from '../error.ts'
import { BfdSpeaker, type KnownSessions } from '../speak/speaker.ts'
import { type FromProcess, readToProcess, type ToProcess } from './messages.ts'
import { release } from './release.ts'

const MOST_CONNECTIONS = 16
/** Who reads so slowly is disconnected; on the next connection it is told all. */
const MOST_UNREAD = 16 * 1024 * 1024

export interface BfdServerOptions {
  /** How it is scheduled, in words. */
  readonly runs: string
  /** What another process has handed over. */
  readonly known?: KnownSessions | undefined
  readonly onStop: () => void
  /** Another process is about to take its place. */
  readonly onHandover: () => void
  /** The number of connections that steer it has changed; who only watches does not count. */
  readonly onControllers: (controllers: number) => void
}

/** The BFD process without its surroundings: a speaker, and the connections that steer it and listen to it. */
export class BfdServer implements Disposable {
  readonly #options: BfdServerOptions
  readonly #speaker: BfdSpeaker
  readonly #connections = new Set<Socket>()
  /** Those that have said what they want. */
  readonly #controllers = new Set<Socket>()

  constructor(options: BfdServerOptions) {
    this.#options = options
    this.#speaker = new BfdSpeaker({
      onChange: (session, from) => this.#tellAll({ type: 'changed', session, from }),
    })
    const { known } = options
    if (known !== undefined)
      this.#speaker.apply(
        known.reports.map(({ config }) => config),
        known,
      )
  }

  /** Takes a connection over. */
  accept(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    if (this.#connections.size >= MOST_CONNECTIONS) return void socket.destroy()
    this.#connections.add(socket)
    socket.once('close', () => {
      this.#connections.delete(socket)
      if (this.#controllers.delete(socket)) this.#options.onControllers(this.#controllers.size)
    })
    const reader = new LineReader()
    socket.on('data', (chunk: Buffer) => {
      const lines = reader.push(chunk)
      if (lines === undefined) socket.destroy()
      else for (const line of lines) this.#hear(socket, line)
    })
    const { runs } = this.#options
    say(socket, { type: 'hello', release, pid: process.pid, runs, sessions: this.#speaker.reports() })
  }

  /** Ends all sessions, and tells their peers. */
  stop(): void {
    this.#speaker.stop()
  }

  /** Ends without a word to the peers. */
  [Symbol.dispose](): void {
    this.#speaker[Symbol.dispose]()
    for (const socket of this.#connections) socket.destroy()
  }

  #hear(socket: Socket, line: string): void {
    const read = readToProcess(line)
    if ('wrong' in read) return say(socket, { type: 'refused', message: read.wrong })
    try {
      this.#obey(socket, read.message)
    } catch (error) {
      if (!(error instanceof BfdError)) throw error
      say(socket, { type: 'refused', message: error.message })
    }
  }

  #obey(socket: Socket, message: ToProcess): void {
    switch (message.type) {
      case 'desired':
        this.#steeredBy(socket)
        this.#speaker.apply(message.sessions, message.known)
        return this.#tellAll({ type: 'all', sessions: this.#speaker.reports() })
      case 'ask':
        return say(socket, { type: 'all', sessions: this.#speaker.reports() })
      case 'stop':
        return message.handover ? this.#handOver(socket) : this.#options.onStop()
    }
  }

  /** Sockets are free, and states are final, before the other one begins. */
  #handOver(socket: Socket): void {
    this.#options.onHandover()
    say(socket, { type: 'all', sessions: this.#speaker.reports() })
    this.#speaker[Symbol.dispose]()
    socket.end()
    socket.once('close', () => this.#options.onStop())
  }

  #steeredBy(controller: Socket): void {
    if (this.#controllers.has(controller)) return
    this.#controllers.add(controller)
    this.#options.onControllers(this.#controllers.size)
  }

  #tellAll(message: FromProcess): void {
    for (const socket of this.#connections) say(socket, message)
  }
}

function say(socket: Socket, message: FromProcess): void {
  if (socket.writableLength > MOST_UNREAD) socket.destroy()
  else socket.write(`${JSON.stringify(message)}\n`)
}
