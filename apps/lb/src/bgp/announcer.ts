import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { bgpMetrics, type PeerConfig, Speaker, tcpTransport, type Transport } from '@skep/bgp'
import type { Family, Logger } from '@skep/daemon'
import type { Config } from '../config/config.ts'
import type { InstancePaths } from '../instance/paths.ts'
import type { Bgp } from './config.ts'
import {
  announcementsOf,
  type Circumstances,
  type DesiredRoute,
  desiredRoutes,
  toldOf,
  type Weighed,
} from './desired.ts'
import { type Leaving, leavingAddresses, leavingAfter, withLeaving } from './leaving.ts'
import { type Parting, partingPeers } from './parting.ts'
import { PeerPaths } from './paths.ts'
import { speakerPeers } from './peers.ts'
import { forgetSpoken, identityOf, readLeaving, readSpoken, type Spoken, writeLeaving, writeSpoken } from './record.ts'
import { type BgpReport, bgpReport } from './report.ts'
import { untilTold } from './told.ts'

/** What stands against announcing an address that is wanted. */
type Datapath = Pick<Circumstances, 'unreachable' | 'unserved'>

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
  /** Remembered over restarts, as all drains are. */
  #leaving: readonly Leaving[]
  #problem: string | undefined
  /** What routers are told, by this process or the one before. */
  #known: Spoken | undefined
  /** What is being taken back, when nothing is to be announced any more. */
  #last: Spoken | undefined
  #ending: AbortController | undefined

  constructor(paths: InstancePaths, log: Logger, transport: Transport = tcpTransport()) {
    this.#paths = paths
    this.#transport = transport
    this.#log = log
    this.#leaving = readLeaving(paths)
    this.#known = readSpoken(paths)
    this.#bfd = new PeerPaths(paths.bfd, log, (peer, why) => this.#speaker?.linkDown(peer, why))
  }

  /** The configuration that is to be carried out, in place of `before`: frontends that routers still lead to stay. */
  take(before: Config | undefined, after: Config): Config {
    this.#leave(leavingAfter(before, after, this.#leaving, Date.now()))
    return this.keep(after)
  }

  /** The same, when nothing else is asked for than before. */
  keep(config: Config): Config {
    const now = Date.now()
    this.#leave(this.#leaving.filter(({ until }) => until > now))
    return withLeaving(config, this.#leaving)
  }

  /** The time of a frontend that leaves, or of a router that is left, has come. */
  get isDue(): boolean {
    const now = Date.now()
    return [...this.#leaving, ...(this.#known?.parting ?? [])].some(({ until }) => until <= now)
  }

  /** What is to be announced, as far as the tables have it and backends can be reached. Safe to call in every round. */
  want(weighed: Weighed, datapath: Datapath = { unreachable: new Map(), unserved: new Map() }): void {
    try {
      this.#carryOut(weighed, datapath)
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
    const told =
      this.#bgp === undefined ? this.#last : { bgp: this.#bgp, routes: this.#routes, parting: this.#known?.parting }
    if (told === undefined) return undefined
    return bgpReport({ ...told, speaker: this.#speaker, problem: this.#problem, paths: this.#bfd.sessions() })
  }

  /** Of the sessions, under the names that a speaker's metrics have everywhere. */
  metrics(): Family[] {
    return this.#speaker === undefined ? [] : bgpMetrics(this.#speaker.peers())
  }

  /** Routers keep the routes, also those that are being drained: the next process goes on with that. BFD goes on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending?.abort()
    this.#speaker?.stop({ keepRoutes: true })
    await this.#bfd.close()
  }

  #leave(leaving: readonly Leaving[]): void {
    writeLeaving(this.#paths, leaving)
    this.#leaving = leaving
  }

  #carryOut(weighed: Weighed, datapath: Datapath): void {
    const { bgp } = weighed
    this.#bgp = bgp
    this.#told ??= toldOf(this.#known?.routes ?? [])
    const leaving = leavingAddresses(this.#leaving)
    this.#routes = desiredRoutes(weighed, { leaving, told: this.#told, ...datapath })
    this.#told = toldOf(this.#routes)
    if (bgp === undefined) return this.#end()
    this.#ending?.abort()
    this.#ending = undefined
    this.#last = undefined
    this.#speak({ bgp, routes: this.#routes, parting: partingPeers(this.#known, bgp, Date.now()) })
  }

  /** Tells peers of routes, and notes that. */
  #speak(spoken: Spoken): void {
    const { bgp, routes, parting = [], until } = spoken
    const peers = speakerPeers(bgp.peers, (file) => readFileSync(file, 'utf8'))
    const left = this.#readable(parting)
    const announcements = announcementsOf(routes)
    const speaker = this.#speakerOf(bgp)
    speaker.setDraining(until !== undefined || left.map(({ name }) => name))
    speaker.setPeers([...peers, ...left])
    speaker.rib.replace(OWNER, announcements)
    this.#note(spoken)
    if (this.#speaker === undefined) {
      speaker.start()
      speaker.complete()
      this.#speaker = speaker
    }
    this.#watchPaths(speaker)
  }

  /** A router that is left may have gone with its password. */
  #readable(parting: readonly Parting[]): PeerConfig[] {
    return parting.flatMap(({ peer }) => {
      try {
        return speakerPeers([peer], (file) => readFileSync(file, 'utf8'))
      } catch (error) {
        this.#log.warn({ err: error, peer: peer.name }, 'bgp: the peer is left without a drain')
        return []
      }
    })
  }

  #watchPaths(speaker: Speaker): void {
    this.#bfd.want(speaker.reachablePeers(), () => speaker.closed())
  }

  /** A router id or an AS number are of all sessions: others are other sessions. */
  #speakerOf(bgp: Bgp): Speaker {
    const identity = identityOf(bgp)
    if (this.#speaker !== undefined && this.#identity === identity) return this.#speaker
    this.#speaker?.stop({ text: 'the configuration has changed' })
    this.#speaker = undefined
    this.#identity = identity
    const { asn, routerId, listen } = bgp
    const speaker: Speaker = new Speaker({
      asn,
      routerId,
      listen,
      transport: this.#transport,
      restarting: this.#known !== undefined && identityOf(this.#known.bgp) === identity,
      onMoved: () => this.#watchPaths(speaker),
      onEvent: ({ peer, what, error }) => this.#log[error ? 'warn' : 'info']({ peer }, `bgp: ${what}`),
    })
    return speaker
  }

  /** For the next process, and for who uninstalls. */
  #note(spoken: Spoken): void {
    this.#known = spoken
    const text = JSON.stringify(spoken)
    if (text === this.#spoken) return
    this.#spoken = text
    writeSpoken(this.#paths, spoken)
  }

  /** Routers turn away first; the addresses are served all the while. What a process before this one has begun is ended. */
  #end(): void {
    if (this.#ending !== undefined) return
    const spoken = this.#known
    if (spoken === undefined) return this.#bfd.want([], () => Promise.resolve())
    const until = spoken.until ?? Date.now() + 1000 * spoken.bgp.drainSeconds
    const last = { ...spoken, routes: spoken.routes.map(ending), until }
    if (this.#speaker === undefined) this.#speak(last)
    this.#speaker!.setDraining(true)
    this.#note(last)
    this.#last = last
    this.#ending = new AbortController()
    void this.#takeBack(last, this.#ending.signal)
  }

  /** When routers have been told, and had their time. */
  async #takeBack({ until }: Spoken, signal: AbortSignal): Promise<void> {
    try {
      await untilTold(this.#speaker!, signal)
      await delay(Math.max(0, until! - Date.now()), undefined, { signal })
    } catch (error) {
      if (signal.aborted) return
      throw error
    }
    const speaker = this.#speaker
    speaker?.stop({ text: 'nothing is announced any more' })
    this.#bfd.want([], () => speaker?.closed() ?? Promise.resolve())
    this.#speaker = undefined
    this.#known = undefined
    this.#last = undefined
    this.#ending = undefined
    this.#spoken = ''
    forgetSpoken(this.#paths)
  }
}

function ending(route: DesiredRoute): DesiredRoute {
  return route.state === 'withheld' ? route : { ...route, state: 'draining', why: 'spec.bgp is left out' }
}
