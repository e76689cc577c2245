import { readFileSync } from 'node:fs'
import { Speaker, tcpTransport, type Transport } from '@skep/bgp'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import type { InstancePaths } from '../instance/paths.ts'
import type { Family } from '../metrics/family.ts'
import type { Bgp } from './config.ts'
import { announcementsOf, type DesiredRoute, desiredRoutes, toldOf, type Weighed } from './desired.ts'
import { type Leaving, leavingAddresses, leavingAfter, withLeaving } from './leaving.ts'
import { PeerPaths } from './paths.ts'
import { speakerPeers } from './peers.ts'
import { forgetSpoken, identityOf, readSpoken, writeSpoken } from './record.ts'
import { bgpFamilies } from './metrics.ts'
import { type BgpReport, bgpReport } from './report.ts'

/** Whose routes these are, among all that a speaker may have. */
export const OWNER = 'service'

/**
 * Announces service addresses by BGP while this process runs. When the process ends its sessions close without a word,
 * so that routers which agreed to graceful restart keep the routes until the next one is there.
 */
export class BgpAnnouncer implements AsyncDisposable {
  readonly #paths: InstancePaths
  readonly #log: Logger
  readonly #bfd: PeerPaths
  readonly #transport: Transport
  #speaker: Speaker | undefined
  #bgp: Bgp | undefined
  #identity = ''
  #spoken = ''
  #routes: readonly DesiredRoute[] = []
  #told: ReadonlySet<string> | undefined
  #leaving: readonly Leaving[] = []
  #problem: string | undefined
  #ending: NodeJS.Timeout | undefined

  constructor(paths: InstancePaths, log: Logger, transport: Transport = tcpTransport()) {
    this.#paths = paths
    this.#transport = transport
    this.#log = log
    this.#bfd = new PeerPaths(paths.bfd, log, (peer, why) => this.#speaker?.linkDown(peer, why))
  }

  /** The configuration that is to be carried out, in place of `before`: frontends that routers still lead to stay. */
  take(before: Config | undefined, after: Config): Config {
    this.#leaving = leavingAfter(before, after, this.#leaving, Date.now())
    return this.keep(after)
  }

  /** The same, when nothing else is asked for than before. */
  keep(config: Config): Config {
    const now = Date.now()
    this.#leaving = this.#leaving.filter(({ until }) => until > now)
    return withLeaving(config, this.#leaving)
  }

  /** A frontend's time has come. */
  get isDue(): boolean {
    const now = Date.now()
    return this.#leaving.some(({ until }) => until <= now)
  }

  /** What is to be announced, now that the tables have it. Safe to call in every round. */
  want(weighed: Weighed): void {
    try {
      this.#carryOut(weighed)
      this.#problem = undefined
    } catch (error) {
      const { message } = error as Error
      if (message !== this.#problem)
        this.#log.error({ err: error }, 'addresses cannot be announced by BGP; trying again')
      this.#problem = message
    }
  }

  /** How it is; `undefined`: nothing is to be announced by BGP. */
  report(): BgpReport | undefined {
    if (this.#bgp === undefined) return undefined
    const paths = this.#bfd.sessions()
    return bgpReport({ bgp: this.#bgp, routes: this.#routes, speaker: this.#speaker, problem: this.#problem, paths })
  }

  /** Of the sessions, under the names that a speaker's metrics have everywhere. */
  metrics(): Family[] {
    return this.#speaker === undefined ? [] : bgpFamilies(this.#speaker.peers())
  }

  /** Routers keep the routes, unless they are not wanted any more. BFD goes on. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#ending)
    this.#speaker?.stop({ keepRoutes: this.#bgp !== undefined })
    await this.#bfd.close()
  }

  #carryOut(weighed: Weighed): void {
    const { bgp } = weighed
    this.#bgp = bgp
    this.#told ??= toldOf(readSpoken(this.#paths)?.routes ?? [])
    this.#routes = desiredRoutes(weighed, { leaving: leavingAddresses(this.#leaving), told: this.#told })
    this.#told = toldOf(this.#routes)
    if (bgp === undefined) return this.#end()
    clearTimeout(this.#ending)
    this.#ending = undefined
    const peers = speakerPeers(bgp, (file) => readFileSync(file, 'utf8'))
    const announcements = announcementsOf(this.#routes)
    const speaker = this.#speakerOf(bgp)
    speaker.setDraining(false)
    speaker.setPeers(peers)
    speaker.rib.replace(OWNER, announcements)
    this.#note(bgp)
    if (this.#speaker === undefined) {
      speaker.start()
      speaker.complete()
      this.#speaker = speaker
    }
    this.#bfd.want(bgp.peers)
  }

  /** A router id or an AS number are of all sessions: others are other sessions. */
  #speakerOf(bgp: Bgp): Speaker {
    const identity = identityOf(bgp)
    if (this.#speaker !== undefined && this.#identity === identity) return this.#speaker
    this.#speaker?.stop({ text: 'the configuration has changed' })
    this.#speaker = undefined
    this.#identity = identity
    const { asn, routerId, listen } = bgp
    const spoken = readSpoken(this.#paths)
    return new Speaker({
      asn,
      routerId,
      listen,
      transport: this.#transport,
      restarting: spoken !== undefined && identityOf(spoken.bgp) === identity,
      onEvent: ({ peer, what, error }) => this.#log[error ? 'warn' : 'info']({ peer }, `bgp: ${what}`),
    })
  }

  /** For the next process, and for who uninstalls. */
  #note(bgp: Bgp): void {
    const spoken = { bgp, routes: this.#routes }
    const text = JSON.stringify(spoken)
    if (text === this.#spoken) return
    this.#spoken = text
    writeSpoken(this.#paths, spoken)
  }

  /** Routers turn away first; the addresses are served all the while. */
  #end(): void {
    this.#bfd.want([])
    const speaker = this.#speaker
    if (speaker === undefined) return forgetSpoken(this.#paths)
    if (this.#ending !== undefined) return
    const { drainSeconds } = readSpoken(this.#paths)?.bgp ?? { drainSeconds: 0 }
    speaker.setDraining(true)
    this.#ending = setTimeout(() => {
      speaker.stop({ text: 'nothing is announced any more' })
      this.#speaker = undefined
      this.#spoken = ''
      forgetSpoken(this.#paths)
    }, 1000 * drainSeconds)
  }
}
