import { parseCidr } from '@skep/packet'
import { routerDiscovery } from '../discovery/router-discovery.ts'
import { BgpError } from '../error.ts'
import type { ReceivedRoute } from '../import/adj-in.ts'
import { Rib } from '../rib/rib.ts'
import type { Labels } from '../rib/selector.ts'
import { Cease, ErrorKind } from '../wire/codes.ts'
import { families, type Family } from '../wire/family.ts'
import { shutdownNotification } from '../wire/notification.ts'
import { explainPrefix, type ExplainedRoute } from './explain.ts'
import type { Connection } from './connection.ts'
import type { SpeakerOptions, StopOptions } from './options.ts'
import { Peer } from './peer.ts'
import { canonical, sessionText } from './canonical.ts'
import { DEFAULT_PORT, type PeerConfig } from './peer-config.ts'
import type { PeerStatus } from './status.ts'
import type { Draining, Surroundings } from './surroundings.ts'
import { tcpTransport } from './tcp-transport.ts'
import { hostTimers } from './timers.ts'
import type { Incoming, Listener } from './transport.ts'

/** A BGP speaker: one table of routes, told to all peers. Leaving its scope shuts its sessions down. */
export class Speaker implements Disposable {
  /** What is announced. */
  readonly rib: Rib = new Rib()
  readonly #options: SpeakerOptions
  readonly #peers = new Map<string, Peer>()
  readonly #listeners: Listener[] = []
  readonly #connections = new Set<Connection>()
  readonly #shared: { nodeLabels: Labels; draining: Draining; complete: boolean }
  #started = false

  constructor(options: SpeakerOptions) {
    this.#options = options
    this.#shared = { nodeLabels: options.nodeLabels ?? {}, draining: false, complete: options.restarting !== true }
    for (const peer of options.peers ?? []) this.#add(peer)
  }

  /** Listens and connects. Throws {@link BgpError} where it cannot listen. */
  start(): void {
    if (this.#started) return
    const { listen, restarting = false } = this.#options
    for (const address of listen?.addresses ?? []) this.#listen(address, listen?.port ?? DEFAULT_PORT)
    this.#started = true
    for (const peer of this.#peers.values()) {
      this.#sign(peer.address.now, peer.config.password)
      peer.start(restarting)
    }
  }

  /** All routes that there are to be first have been announced: peers may forget those that are not among them. */
  complete(): void {
    this.#shared.complete = true
    for (const peer of this.#peers.values()) peer.complete()
  }

  /** Makes these the peers: new ones come, others go, one whose configuration is another begins anew. */
  setPeers(peers: readonly PeerConfig[]): void {
    const wanted = new Map(peers.map((peer) => [peer.name, canonical(peer)]))
    for (const [name, peer] of this.#peers) {
      const config = wanted.get(name)
      if (config && sessionText(config) === sessionText(peer.config)) continue
      this.#remove(peer, config ? Cease.otherConfigurationChange : Cease.peerDeconfigured)
    }
    for (const [name, config] of wanted) if (!this.#peers.has(name)) this.#add(config)
  }

  /** Labels of this node, which routes' scopes look at. */
  setNodeLabels(labels: Labels): void {
    if (JSON.stringify(labels) === JSON.stringify(this.#shared.nodeLabels)) return
    this.#shared.nodeLabels = labels
    this.#review()
  }

  /**
   * Marks all routes as about to go, with GRACEFUL_SHUTDOWN (RFC 8326), or takes that back; with names, the routes to
   * these peers, which are about to go themselves.
   */
  setDraining(draining: boolean | Iterable<string>): void {
    const wanted = typeof draining === 'boolean' ? draining : new Set(draining)
    if (isSame(wanted, this.#shared.draining)) return
    this.#shared.draining = wanted
    this.#review()
  }

  /** How each peer is, in the order of their names. */
  peers(): PeerStatus[] {
    return [...this.#peers.values()].map(({ status }) => status).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  peer(name: string): PeerStatus {
    return this.#find('peer', name).status
  }

  /** The configurations of the peers whose addresses are known, with them. */
  reachablePeers(): PeerConfig[] {
    return [...this.#peers.values()].flatMap(({ config, address }) =>
      address.now === undefined ? [] : [{ ...config, address: address.now }],
    )
  }

  /** The routes that a peer has sent. */
  received(name: string): Record<Family, ReceivedRoute[]> {
    const { routes } = this.#find('received', name).received
    return { ipv4: [...routes.ipv4.routes()], ipv6: [...routes.ipv6.routes()] }
  }

  /** Ends the peer's session, with words for its operator; it comes up anew. */
  reset(name: string, text = ''): void {
    const peer = this.#find('reset', name)
    peer.reset('reset by the operator', shutdownNotification(text, Cease.administrativeReset))
    peer.start(false)
  }

  /** Ends the peer's session until {@link enable}, with words for its operator (RFC 9003). */
  shutdown(name: string, text = ''): void {
    this.#find('shutdown', name).stop('shut down by the operator', shutdownNotification(text))
  }

  /** Lets the peer's session come up again. */
  enable(name: string): void {
    this.#find('enable', name).start(false)
  }

  /** The peer's link is dead, as BFD knows before any timer (RFC 9384): its session ends now. */
  linkDown(name: string, why: string): void {
    this.#find('linkDown', name).reset(why, { code: ErrorKind.cease, subcode: Cease.bfdDown })
  }

  /** Asks the peer for all its routes again; false where it cannot send them. */
  refresh(name: string): boolean {
    return this.#find('refresh', name).requestRefresh()
  }

  /** What becomes of each route of the prefix at each peer, and why; empty where nobody announces it. */
  explain(prefix: string): ExplainedRoute[] {
    const { address, prefix: bits } = parseCidr(prefix)
    const family: Family = address.family === 4 ? 'ipv4' : 'ipv6'
    const id = this.rib.family(family).prefixes.find(address.bytes, 0, bits)
    return id < 0 ? [] : this.#explain(family, id)
  }

  /** All routes, each with what becomes of it. */
  *explainAll(): Generator<ExplainedRoute, void, undefined> {
    for (const family of families) {
      const routes = this.rib.family(family)
      for (let id = 0; id < routes.prefixes.end; id++) if (routes.has(id)) yield* this.#explain(family, id)
    }
  }

  /** Ends all sessions and stops listening. */
  stop({ keepRoutes = false, text = '' }: StopOptions = {}): void {
    const last = keepRoutes ? undefined : shutdownNotification(text)
    for (const listener of this.#listeners.splice(0)) listener[Symbol.dispose]()
    for (const peer of this.#peers.values()) peer.stop('the speaker stops', last)
    this.#started = false
  }

  /**
   * Until connections that are being closed are: their peers have read why, and closed their side, or did neither for two
   * seconds.
   */
  async closed(): Promise<void> {
    await Promise.all([...this.#connections].filter(({ open }) => !open).map(({ closed }) => closed))
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  #explain(family: Family, id: number): ExplainedRoute[] {
    const peers = [...this.#peers.values()].map((peer) => {
      const { name, state, agreed } = peer.status
      const told = { hasTold: (of: Family, which: number) => peer.hasTold(of, which) }
      return { name, state, view: peer.view, families: agreed?.families ?? [], ...told }
    })
    return explainPrefix(this.rib, family, id, peers)
  }

  #add(config: PeerConfig): void {
    const peer = new Peer(canonical(config), this.#surroundings(), (before) => this.#moved(peer, before))
    this.#peers.set(config.name, peer)
    if (!this.#started) return
    this.#sign(peer.address.now, config.password)
    peer.start(false)
  }

  #remove(peer: Peer, subcode: number): void {
    peer.stop('the configuration has changed', { code: ErrorKind.cease, subcode })
    this.#sign(peer.address.now, undefined)
    this.#peers.delete(peer.config.name)
  }

  #surroundings(): Surroundings {
    const { asn, routerId, transport = tcpTransport(), timers = hostTimers, random = Math.random } = this.#options
    const { discovery = routerDiscovery({ timers }) } = this.#options
    const tell = this.#options.onEvent ?? (() => undefined)
    const shared = { rib: this.rib, shared: this.#shared, connections: this.#connections }
    return { local: { asn, routerId }, ...shared, transport, discovery, timers, random, tell }
  }

  #listen(address: string, port: number): void {
    const { transport } = this.#surroundings()
    try {
      this.#listeners.push(transport.listen(address, port, (incoming) => this.#accept(incoming)))
    } catch (error) {
      this.stop({ keepRoutes: true })
      throw new BgpError(
        'LISTEN',
        'start',
        `cannot listen on ${address} port ${port}: ${(error as Error).message}`,
        error,
      )
    }
  }

  #accept(incoming: Incoming): void {
    const peer = [...this.#peers.values()].find(({ address }) => address.is(incoming.remote, incoming.device))
    if (peer) return peer.accept(incoming)
    this.#options.onEvent?.({ peer: incoming.remote, what: 'connected to us, and is no peer of ours', error: true })
    incoming[Symbol.dispose]()
  }

  #moved({ config, address }: Peer, before: string | undefined): void {
    this.#sign(before, undefined)
    this.#sign(address.now, config.password)
    this.#options.onMoved?.()
  }

  #sign(address: string | undefined, password: string | undefined): void {
    if (address === undefined) return
    for (const listener of this.#listeners) listener.setPassword(address, password)
  }

  #review(): void {
    for (const peer of this.#peers.values()) peer.review()
  }

  #find(operation: string, name: string): Peer {
    const peer = this.#peers.get(name)
    if (peer) return peer
    const names = [...this.#peers.keys()].toSorted((a, b) => (a < b ? -1 : 1))
    throw new BgpError(
      'NO_SUCH_PEER',
      operation,
      `no peer is called ${JSON.stringify(name)}; there are ${names.join(', ') || 'none'}`,
    )
  }
}

function isSame(a: Draining, b: Draining): boolean {
  if (typeof a === 'boolean' || typeof b === 'boolean') return a === b
  return a.symmetricDifference(b).size === 0
}
