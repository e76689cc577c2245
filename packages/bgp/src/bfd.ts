import {
  type BfdProcess,
  explainSession,
  pathLost,
  sessionConfig,
  type SessionConfig,
  sessionKey,
  type SessionReport,
} from '@skep/bfd'
import type { PeerBfd, PeerConfig } from './speaker/peer-config.ts'
import type { Speaker } from './speaker/speaker.ts'
import type { PathStatus, PeerStatus } from './speaker/status.ts'

/** A peer whose path is watched. */
export type BfdPeer = PeerConfig & { readonly bfd: PeerBfd }

/** What the tie needs of BFD: a {@link BfdProcess} has it. */
export type BfdSource = Pick<BfdProcess, 'apply' | 'changes' | 'session'>

/** The BFD session that watches the path of a BGP session (RFC 5882, 10.2). Throws `BfdError` for what none can be. */
export function bfdSessionOf({ address, sourceAddress, device, multihop, bfd }: BfdPeer): SessionConfig {
  const { intervalMs = 300, multiplier = 3 } = bfd
  return sessionConfig({
    peer: address,
    source: sourceAddress,
    device,
    multihop: multihop !== undefined,
    transmitMs: intervalMs,
    receiveMs: intervalMs,
    multiplier,
  })
}

/**
 * Has BGP sessions end as soon as BFD knows that their path is cut, and not when an administrator took BFD down (RFC 5882,
 * 4.2). A peer without BFD, or whose BFD never came up, goes by its hold time.
 */
export class BfdTie implements Disposable {
  readonly #speaker: Pick<Speaker, 'linkDown'>
  readonly #bfd: BfdSource
  readonly #following = new AbortController()
  #names = new Map<string, string[]>()
  #sessions = new Map<string, SessionConfig>()

  constructor(speaker: Pick<Speaker, 'linkDown'>, bfd: BfdSource) {
    this.#speaker = speaker
    this.#bfd = bfd
    void this.#follow()
  }

  /** The speaker's peers: the paths of those that ask for it are watched. To be called after the speaker has them. */
  apply(peers: readonly PeerConfig[]): void {
    const watched = peers.filter(isWatched).map((peer) => ({ name: peer.name, session: bfdSessionOf(peer) }))
    const byKey = Map.groupBy(watched, ({ session }) => sessionKey(session))
    this.#bfd.apply([...byKey.values()].map(([first]) => first!.session))
    this.#names = new Map([...byKey].map(([key, all]) => [key, all.map(({ name }) => name)]))
    this.#sessions = new Map(watched.map(({ name, session }) => [name, session]))
  }

  /** How peers are, and with those whose paths are watched what BFD knows of them. */
  status(peers: readonly PeerStatus[]): PeerStatus[] {
    return peers.map((peer) => {
      const session = this.#sessions.get(peer.name)
      return session ? { ...peer, bfd: pathOf(this.#bfd.session(session)) } : peer
    })
  }

  /** Follows no more. The sessions of BFD go on, for whoever follows next. */
  [Symbol.dispose](): void {
    this.#following.abort()
  }

  async #follow(): Promise<void> {
    for await (const { session, from } of this.#bfd.changes(this.#following.signal)) {
      const why = pathLost(session, from)
      if (why === undefined) continue
      for (const name of this.#names.get(session.key) ?? []) this.#speaker.linkDown(name, `BFD: ${why}`)
    }
  }
}

function isWatched(peer: PeerConfig): peer is BfdPeer {
  return peer.bfd !== undefined
}

function pathOf(report: SessionReport | undefined): PathStatus {
  if (report === undefined) return { state: 'down', text: 'its session is not there yet', downs: 0 }
  return { state: report.state.name, text: explainSession(report), downs: report.counters.downs }
}
