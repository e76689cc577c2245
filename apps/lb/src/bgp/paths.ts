import {
  type BfdProcess,
  explainSession,
  pathLost,
  type SessionChange,
  startBfdProcess,
  stopBfdProcess,
} from '@skep/bfd'
import type { Logger } from 'pino'
import type { BgpPeer } from './config.ts'
import { bfdSession } from './peers.ts'

/**
 * The ways to the peers, watched by BFD in a process that goes on when this one ends. It runs while any peer asks for it.
 */
export class PeerPaths {
  readonly #socket: string
  readonly #log: Logger
  readonly #onLost: (peer: string, why: string) => void
  #peers: readonly BgpPeer[] = []
  #sent = ''
  #process: BfdProcess | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(socket: string, log: Logger, onLost: (peer: string, why: string) => void) {
    this.#socket = socket
    this.#log = log
    this.#onLost = onLost
  }

  /** The peers whose sections ask for it, and no others. */
  want(peers: readonly BgpPeer[]): void {
    const wanted = peers.filter(({ bfd }) => bfd !== undefined)
    const text = JSON.stringify(wanted)
    if (text === this.#sent) return
    this.#sent = text
    this.#peers = wanted
    this.#last = this.#last
      .then(() => this.#follow())
      .catch((error: unknown) => {
        this.#sent = ''
        this.#log.error({ err: error }, 'BFD sessions cannot be kept; trying again')
      })
  }

  /** The sessions in words, by the peers' names. */
  sessions(): ReadonlyMap<string, string> {
    return new Map(
      this.#peers.map((peer) => {
        const session = this.#process?.session(bfdSession(peer)!)
        return [peer.name, session === undefined ? 'not there yet' : explainSession(session)]
      }),
    )
  }

  /** Disconnects; the sessions go on. */
  async close(): Promise<void> {
    await this.#last
    await this.#process?.close()
  }

  async #follow(): Promise<void> {
    if (this.#peers.length === 0) {
      const process = this.#process
      this.#process = undefined
      return process === undefined ? void (await stopBfdProcess(this.#socket)) : await process.stop()
    }
    this.#process ??= await startBfdProcess({
      socket: this.#socket,
      onChange: (change) => this.#changed(change),
      onEvent: (event) => this.#log.info(event, `bfd: process ${event.event}`),
    })
    this.#process.apply(this.#peers.flatMap((peer) => bfdSession(peer) ?? []))
  }

  #changed({ session, from }: SessionChange): void {
    this.#log.info({ session: session.key }, `bfd: ${explainSession(session)}`)
    const why = pathLost(session, from)
    const peer = this.#peers.find(({ address }) => address === session.config.peer)
    if (why !== undefined && peer !== undefined) this.#onLost(peer.name, `BFD: ${why}`)
  }
}
