import {
  type BfdProcess,
  explainSession,
  pathLost,
  type SessionChange,
  type SessionConfig,
  sessionKey,
  startBfdProcess,
  stopBfdProcess,
} from '@skep/bfd'
import { type BfdPeer, bfdSessionOf, type PeerConfig } from '@skep/bgp'
import type { Logger } from '@skep/daemon'

/**
 * The ways to the peers, watched by BFD in a process that goes on when this one ends. It runs while any peer asks for it.
 */
export class PeerPaths {
  readonly #socket: string
  readonly #log: Logger
  readonly #onLost: (peer: string, why: string) => void
  /** By the peers' names. */
  #sessions: ReadonlyMap<string, SessionConfig> = new Map()
  #sent = ''
  #process: BfdProcess | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(socket: string, log: Logger, onLost: (peer: string, why: string) => void) {
    this.#socket = socket
    this.#log = log
    this.#onLost = onLost
  }

  /**
   * The peers that ask for it, where their addresses are known, and no others. `settled`: when routers have read why sessions
   * have ended, before their paths are let go; one that hears of the path first takes that for a failure (BIRD 2.0).
   */
  want(peers: readonly PeerConfig[], settled: () => Promise<void>): void {
    const wanted = new Map(peers.filter(isWatched).map((peer) => [peer.name, bfdSessionOf(peer)]))
    const text = JSON.stringify([...wanted])
    if (text === this.#sent) return
    this.#sent = text
    this.#last = this.#last
      .then(settled)
      .then(() => this.#follow(wanted))
      .catch((error: unknown) => {
        this.#sent = ''
        this.#log.error({ err: error }, 'BFD sessions cannot be kept; trying again')
      })
  }

  /** The sessions in words, by the peers' names. */
  sessions(): ReadonlyMap<string, string> {
    return new Map(
      [...this.#sessions].map(([name, config]) => {
        const session = this.#process?.session(config)
        return [name, session === undefined ? 'not there yet' : explainSession(session)]
      }),
    )
  }

  /** Disconnects; the sessions go on. */
  async close(): Promise<void> {
    await this.#last
    await this.#process?.close()
  }

  async #follow(wanted: ReadonlyMap<string, SessionConfig>): Promise<void> {
    this.#sessions = wanted
    if (wanted.size === 0) {
      const process = this.#process
      this.#process = undefined
      return process === undefined ? void (await stopBfdProcess(this.#socket)) : await process.stop()
    }
    this.#process ??= await startBfdProcess({
      socket: this.#socket,
      onChange: (change) => this.#changed(change),
      onEvent: (event) => this.#log.info(event, `bfd: process ${event.event}`),
    })
    this.#process.apply([...wanted.values()])
  }

  #changed({ session, from }: SessionChange): void {
    this.#log.info({ session: session.key }, `bfd: ${explainSession(session)}`)
    const why = pathLost(session, from)
    if (why === undefined) return
    for (const [name, config] of this.#sessions)
      if (sessionKey(config) === session.key) this.#onLost(name, `BFD: ${why}`)
  }
}

function isWatched(peer: PeerConfig): peer is BfdPeer {
  return peer.bfd !== undefined
}
