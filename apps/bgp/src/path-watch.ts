import { BfdTie, type PeerConfig, type PeerStatus, type Speaker, type SpeakerEvent } from '@skep/bgp'
import { type BfdEvent, type BfdProcess, startBfdProcess, stopBfdProcess } from '@skep/bfd'

export interface PathWatchOptions {
  readonly speaker: Speaker
  /** Where the BFD process listens. */
  readonly socket: string
  readonly tell: (event: SpeakerEvent) => void
}

/** Watches the paths of the peers that ask for it, by a BFD process that outlives this one. */
export class PathWatch {
  readonly #options: PathWatchOptions
  #bfd: BfdProcess | undefined
  #tie: BfdTie | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(options: PathWatchOptions) {
    this.#options = options
  }

  /** The speaker's peers, now that it has them. Throws `BfdError` where BFD cannot be had. */
  follow(peers: readonly PeerConfig[]): Promise<void> {
    const done = this.#last.then(() => this.#follow(peers))
    this.#last = done.catch(() => undefined)
    return done
  }

  /** How the speaker's peers are, their paths included. */
  peers(): PeerStatus[] {
    const peers = this.#options.speaker.peers()
    return this.#tie?.status(peers) ?? peers
  }

  /** The speaker is stopped. `keep`: BFD goes on, as the routes do, for the one that comes next; else peers are told that it ends. */
  async end(keep: boolean): Promise<void> {
    await this.#last
    // A router that hears of the path's end before it has read of the session's takes that for a failure (BIRD 2.0).
    if (!keep) await this.#options.speaker.closed()
    this.#tie?.[Symbol.dispose]()
    await (keep ? this.#bfd?.close() : this.#bfd?.stop())
  }

  async #follow(peers: readonly PeerConfig[]): Promise<void> {
    const { speaker, socket } = this.#options
    if (this.#bfd === undefined && !peers.some(({ bfd }) => bfd !== undefined)) {
      // One of before has nothing to watch any more.
      await stopBfdProcess(socket)
      return
    }
    this.#bfd ??= await startBfdProcess({ socket, onEvent: (event) => this.#tell(event) })
    this.#tie ??= new BfdTie(speaker, this.#bfd)
    this.#tie.apply(peers)
  }

  #tell(event: BfdEvent): void {
    const { event: name, ...more } = event
    const error = name === 'lost' || name === 'failed' || name === 'refused'
    this.#options.tell({ peer: '-', what: `BFD process ${name}: ${JSON.stringify(more)}`, error })
  }
}
