import type { Socket } from 'node:net'
import type { Outcome } from '../state/state.ts'
import { fail, type Running } from './probe.ts'
import { troubled } from './words.ts'

/** What is said on a connection, and how the answer is judged. */
export interface Talk {
  readonly greeting?: Uint8Array | string | undefined
  /** More of the answer; an outcome ends the check. */
  heard(chunk: Buffer): Outcome | undefined
  /** The other side ended the connection first. */
  ended(): Outcome
  /** What is missing, as in `no HTTP status line`. */
  readonly awaited: string
}

/** A connection as a check looks at it. */
export interface Line {
  readonly socket: Socket
  /** The event after which it can be talked on. */
  readonly ready: 'connect' | 'secureConnect'
  /** What is missing before that event. */
  readonly awaited: string
  /** What counts once it is ready and there is nothing to say. */
  readonly opened: Outcome
  /** The TCP connection below, to hang up with a reset. */
  readonly reset?: Socket | undefined
}

function hangUp({ socket, reset }: Line): void {
  resetOpen(reset)
  socket.destroy()
}

/** Ends an open TCP connection by a reset: its ports are free at once. */
export function resetOpen(socket: Socket | undefined): void {
  if (socket !== undefined && !socket.connecting && !socket.destroyed) socket.resetAndDestroy()
}

/** Runs one conversation; without a talk the connection alone is the check. */
export function converse(line: Line, talk: Talk | undefined, done: (outcome: Outcome) => void): Running {
  const { socket } = line
  let awaited = line.awaited
  let open = true
  const close = (): void => {
    open = false
    hangUp(line)
  }
  const finish = (outcome: Outcome): void => {
    if (!open) return
    close()
    done(outcome)
  }
  socket.on('error', (error) => finish(troubled(error, awaited === line.awaited ? '' : ' before an answer')))
  socket.once(line.ready, () => {
    if (talk === undefined) return finish(line.opened)
    awaited = talk.awaited
    if (talk.greeting !== undefined) socket.write(talk.greeting)
    socket.on('data', (chunk: Buffer) => {
      const outcome = open ? talk.heard(chunk) : undefined
      if (outcome !== undefined) finish(outcome)
    })
    socket.once('end', () => finish(talk.ended()))
  })
  socket.once('close', () => finish(fail(`connection closed, ${awaited}`)))
  return {
    cancel: close,
    expire: () => {
      close()
      return fail(`time is up: ${awaited}`)
    },
  }
}
