import { unlinkSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { listenAlone } from '@skep/control-socket'
import { identityOf } from './identity.ts'

const LOOK_MS = 1000

export interface ServeOptions {
  readonly socket: string
  /** After so many seconds without a controller it ends; 0: never. */
  readonly orphanSeconds: number
  readonly accept: (connection: Socket) => void
  /** It ends: by a signal, as an orphan, or by {@link Served.end}. */
  readonly ending: () => void
}

/** A companion's own side of its surroundings. */
export interface Served {
  /** How many connections steer it now. */
  readonly controlledBy: (controllers: number) => void
  /** Listens no more, so that another one can; the process goes on until it ends. */
  readonly unlisten: () => void
  /** Ends the process, after `ending`. */
  readonly end: () => never
}

/** What escapes is told on stderr and to whoever started this process, which ends. To be called first. */
export function tellWhatEscapes(): void {
  process.once('uncaughtException', (error) => {
    process.stderr.write(`${error.stack}\n`)
    if (process.connected) process.send?.(error.message, () => process.exit(1))
    else process.exit(1)
  })
}

/**
 * Listens as a companion and lives as one: it ends by SIGTERM and SIGINT, as an orphan, and when another one has taken its
 * socket over. When another one listens already, the process ends. The starter is told when it listens.
 */
export async function serveCompanion(options: ServeOptions): Promise<Served> {
  const { socket: path, orphanSeconds, accept } = options
  const server: Server | undefined = await listenAlone(path)
  if (server === undefined) return finish()
  const mine = identityOf(path)
  let orphan: NodeJS.Timeout | undefined
  const controlledBy = (controllers: number): void => {
    clearTimeout(orphan)
    if (controllers === 0 && orphanSeconds > 0) orphan = setTimeout(end, orphanSeconds * 1000)
  }
  server.on('connection', accept)
  controlledBy(0)
  // Whoever took the path over has the clients; two would do everything twice.
  const look = setInterval(() => identityOf(path) !== mine && finish(), LOOK_MS)
  process.on('SIGTERM', end).on('SIGINT', end)
  process.on('SIGHUP', () => {})
  process.send?.('ready', () => process.connected && process.disconnect())
  return { controlledBy, unlisten, end }

  function unlisten(): void {
    clearInterval(look)
    if (identityOf(path) === mine) unlinkSync(path)
    server!.close()
  }

  function end(): never {
    options.ending()
    if (identityOf(path) === mine) unlinkSync(path)
    return finish()
  }
}

function finish(): never {
  // What was started is ended by its own clean-up; open handles of the event loop are not waited for.
  process.exit(0)
}
