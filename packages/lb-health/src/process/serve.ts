import type { Socket } from 'node:net'
import { LineReader } from '@skep/companion'
import { HealthChecker, type CheckerOptions } from '../checker.ts'
import { Batch } from './batch.ts'
import { type FromProcess, readToProcess, type ToProcess, write } from './messages.ts'
import { release } from './release.ts'

const STATS_MS = 1000
const MOST_CONNECTIONS = 16
/** Who reads so slowly is disconnected; on the next connection it is told all. */
const MOST_UNREAD = 64 * 1024 * 1024

export interface ServeOptions extends Omit<CheckerOptions, 'onRecords'> {
  readonly onStop: () => void
  /** The number of connections that steer it has changed; who only watches does not count. */
  readonly onControllers?: (controllers: number) => void
}

/** The health process without its surroundings: a checker, and the connections that steer it and listen to it. */
export class HealthServer implements Disposable {
  readonly #checker: HealthChecker
  readonly #batch: Batch
  readonly #connections = new Set<Socket>()
  /** Those that have said what they want. */
  readonly #controllers = new Set<Socket>()
  readonly #stats: NodeJS.Timeout
  readonly #options: ServeOptions

  constructor(options: ServeOptions) {
    this.#options = options
    this.#batch = new Batch((records) => this.#tellAll({ type: 'records', records }))
    this.#checker = new HealthChecker({ ...options, onRecords: (records) => this.#batch.add(records) })
    this.#stats = setInterval(() => this.#tellAll({ type: 'stats', stats: this.#checker.stats() }), STATS_MS)
  }

  /** Takes a connection over. */
  accept(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    if (this.#connections.size >= MOST_CONNECTIONS) return void socket.destroy()
    this.#connections.add(socket)
    socket.once('close', () => {
      this.#connections.delete(socket)
      if (this.#controllers.delete(socket)) this.#counted()
    })
    const reader = new LineReader()
    socket.on('data', (chunk: Buffer) => {
      const lines = reader.push(chunk)
      if (lines === undefined) socket.destroy()
      else for (const line of lines) this.#hear(socket, line)
    })
    tell(socket, { type: 'hello', release, pid: process.pid, records: this.#checker.records() })
  }

  [Symbol.dispose](): void {
    clearInterval(this.#stats)
    this.#checker[Symbol.dispose]()
    this.#batch.flush()
    for (const socket of this.#connections) socket.destroy()
  }

  #counted(): void {
    this.#options.onControllers?.(this.#controllers.size)
  }

  #hear(socket: Socket, line: string): void {
    const read = readToProcess(line)
    if ('wrong' in read) tell(socket, { type: 'refused', message: read.wrong })
    else this.#obey(socket, read.message)
  }

  #obey(socket: Socket, message: ToProcess): void {
    switch (message.type) {
      case 'desired': {
        const records = this.#checker.apply(message.services, message.known)
        this.#steeredBy(socket)
        return tell(socket, { type: 'applied', generation: message.generation, records })
      }
      case 'check':
        return this.#checker.checkNow(message.service, message)
      case 'stop':
        return this.#options.onStop()
    }
  }

  #steeredBy(controller: Socket): void {
    const isNew = !this.#controllers.has(controller)
    this.#controllers.add(controller)
    if (isNew) this.#counted()
    const others = [...this.#connections].filter((socket) => socket !== controller)
    if (others.length === 0) return
    const line = write({ type: 'all', records: this.#checker.records() })
    for (const socket of others) say(socket, line)
  }

  #tellAll(message: FromProcess): void {
    const line = write(message)
    for (const socket of this.#connections) say(socket, line)
  }
}

function tell(socket: Socket, message: FromProcess): void {
  say(socket, write(message))
}

function say(socket: Socket, line: string): void {
  if (socket.writableLength > MOST_UNREAD) socket.destroy()
  else socket.write(line)
}
