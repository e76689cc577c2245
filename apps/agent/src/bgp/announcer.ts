import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { applyBgpConfig, type BgpConfig, type ExplainedRoute, loadBgpConfig, type PeerStatus, Speaker } from '@skep/bgp'
import type { Node } from '@skep/kube'
import type { Frontend } from '@skep/services'
import type { Logger } from '@skep/daemon'
import type { Settings } from '../options/catalogue/index.ts'
import type { WhyNot } from '../outside/served.ts'
import { withNextHops } from './next-hops.ts'
import { podRoutes, serviceRoutes } from './routes.ts'

/** As kubelets and agents take to come back; what a configuration says goes first. */
const RESTART_SECONDS = 120

/** Whether anything is to be announced. */
export function announces(settings: Pick<Settings, 'bgp-announce-lb-ip' | 'bgp-announce-pod-cidr'>): boolean {
  return settings['bgp-announce-lb-ip'] || settings['bgp-announce-pod-cidr']
}

/**
 * Announces pod CIDRs and service addresses by BGP. The session begins when this node's object is known. When the agent ends
 * the sessions close without a word: routers that agreed to graceful restart keep the routes until the next agent is there.
 */
export class RouteAnnouncer implements Disposable {
  readonly #settings: Settings
  readonly #log: Logger
  readonly #config: BgpConfig
  readonly #record: string
  #speaker: Speaker | undefined
  #followed = ''
  #hasBegun = false
  /** Service addresses that are not announced although somebody answers for them: a line each, with the reason. */
  withheld: readonly string[] = []

  /** Throws `ConfigError` with every problem of `bgp-config-path`. */
  constructor(settings: Settings, log: Logger) {
    this.#settings = settings
    this.#log = log
    this.#config = keepingRoutes(loadBgpConfig(settings['bgp-config-path']))
    this.#record = join(settings['state-dir'], 'bgp-announced')
  }

  /** What is to be announced now. `whyNot`: why a destination is not served from outside. */
  sync(node: Node | undefined, frontends: Iterable<Frontend>, whyNot: WhyNot): void {
    if (node === undefined) return
    const speaker = (this.#speaker ??= this.#make(node))
    this.#follow(speaker, node)
    const { 'bgp-announce-pod-cidr': pods, 'bgp-announce-lb-ip': services } = this.#settings
    speaker.rib.replace('pod-cidr', pods ? podRoutes(node) : [])
    const found = services ? serviceRoutes(frontends, this.#config.pools, whyNot) : { routes: [], withheld: [] }
    speaker.rib.replace('service', found.routes)
    this.withheld = found.withheld
    this.#begin(speaker)
  }

  /** How each peer is. */
  peers(): PeerStatus[] {
    return this.#speaker?.peers() ?? []
  }

  /** What becomes of each route at each peer, and why. */
  routes(): ExplainedRoute[] {
    return [...(this.#speaker?.explainAll() ?? [])]
  }

  [Symbol.dispose](): void {
    this.#speaker?.stop({ keepRoutes: true })
    this.#speaker?.[Symbol.dispose]()
  }

  #make(node: Node): Speaker {
    const { asn, routerId } = identityOf(this.#config, node)
    const restarting = existsSync(this.#record)
    const onEvent = ({ peer, what, error }: { peer: string; what: string; error: boolean }): void =>
      this.#log[error ? 'warn' : 'info']({ peer }, `BGP: ${what}`)
    return new Speaker({ asn, routerId, listen: this.#config.listen, restarting, onEvent })
  }

  /** All routes are there before the first peer is spoken to. */
  #begin(speaker: Speaker): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    writeFileSync(this.#record, '')
    speaker.start()
    speaker.complete()
  }

  /** Peers are chosen by the node's labels, and told its addresses; both change. */
  #follow(speaker: Speaker, node: Node): void {
    const { labels } = node.metadata
    const config = withNextHops(this.#config, node)
    const text = JSON.stringify([labels, config.peers.map(({ nextHops }) => nextHops)])
    if (text === this.#followed) return
    this.#followed = text
    applyBgpConfig(speaker, config, labels)
  }
}

function identityOf({ asn, routerId, peers }: BgpConfig, node: Node): { asn: number; routerId: string } {
  const own = node.status.addresses.find(({ type, address }) => type === 'InternalIP' && address.includes('.'))?.address
  const [ours, id] = [asn ?? peers[0]?.localAsn, routerId ?? peers[0]?.routerId ?? own]
  if (ours === undefined)
    throw new Error('the BGP configuration has no peers, and so does not say which AS this node is in')
  if (id === undefined)
    throw new Error('this node has no IPv4 address to be its router id; give routerId in the BGP configuration')
  return { asn: ours, routerId: id }
}

/** The node forwards while the agent restarts, so that routers are to keep its routes (RFC 4724). MetalLB's format has no word for it. */
function keepingRoutes(config: BgpConfig): BgpConfig {
  const peers = config.peers.map((peer) => ({ ...peer, gracefulRestart: peer.gracefulRestart ?? RESTART_SECONDS }))
  return { ...config, peers }
}
