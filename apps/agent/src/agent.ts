import type { Node, Source as KubeSource } from '@skep/kube'
import {
  type Changes,
  type HealthCheckFailure,
  HealthCheckServer,
  ProxyHealth,
  type ServiceTable,
  type Source,
} from '@skep/services'
import type { Netlink } from 'netlink-ts'
import type { Logger } from '@skep/daemon'
import type { Drains } from './drain/drains.ts'
import type { ServiceEvents } from './events/events.ts'
import { Retry } from './retry.ts'
import { addressesOf, nodeAddresses } from './node/addresses.ts'
import type { Settings } from './options/catalogue/index.ts'
import { followObjects, type ServiceTaker } from './services/follow.ts'
import type { RouteAnnouncer } from './bgp/announcer.ts'
import type { OpenedOutside } from './outside/open.ts'
import { whyNotFromOutside } from './outside/why-not.ts'
import type { Pods } from './pods/pods.ts'
import type { Sockets } from './sockets/sockets.ts'

export interface AgentParts {
  readonly settings: Settings
  readonly table: ServiceTable
  /** Services at the socket; `undefined`: they are not asked for. */
  readonly sockets: Sockets | undefined
  /** Packets from outside, where they are asked for. */
  readonly opened: OpenedOutside
  /** Services of pods whose sockets are left alone; `undefined`: as `sockets`. */
  readonly pods: Pods | undefined
  /** Routes by BGP; `undefined`: nothing is announced. */
  readonly announcer: RouteAnnouncer | undefined
  readonly events: ServiceEvents
  readonly drains: Drains
  readonly netlink: Netlink
  readonly log: Logger
}

/** The last round, for the status. */
export interface Round {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly ms: number
  /** What the maps could not take, and what went wrong. */
  readonly problems: readonly string[]
}

/** Follows the cluster, and brings this node to what it says. Level-triggered: each round compares all with all. */
export class Agent implements AsyncDisposable {
  readonly health: ProxyHealth = new ProxyHealth()
  readonly #parts: AgentParts
  readonly #checks: HealthCheckServer
  readonly #retry: Retry
  #synced = false
  #served = false
  #node: Node | undefined
  /** Addresses of all nodes that there are, or were since the start. */
  readonly #nodes = new Map<string, readonly string[]>()
  #round: Round | undefined
  #closedPorts: readonly HealthCheckFailure[] = []

  constructor(parts: AgentParts) {
    this.#parts = parts
    this.#checks = new HealthCheckServer({ isProxyHealthy: () => this.health.isHealthy })
    this.#retry = new Retry(() => this.reconcile())
  }

  /** Works until the signal aborts. */
  async run(source: KubeSource, signal: AbortSignal): Promise<void> {
    const watched = Promise.all([this.#watchAddresses(signal), this.#watchDevices(signal)])
    for await (const changed of followObjects(source, this.#takers(), signal)) {
      this.#synced = true
      this.#noteNode(changed)
      this.reconcile()
    }
    await watched
  }

  get table(): ServiceTable {
    return this.#parts.table
  }

  get pods(): Pods | undefined {
    return this.#parts.pods
  }

  get round(): Round | undefined {
    return this.#round
  }

  /** Whether all services have been served since the start. */
  get isServing(): boolean {
    return this.#served
  }

  /** Health-check ports that another process has. */
  get closedPorts(): readonly HealthCheckFailure[] {
    return this.#closedPorts
  }

  /** Brings everything to what is known now. Never throws: what goes wrong is in the round, and is tried again. */
  reconcile(): void {
    if (!this.#synced) return
    this.health.queued()
    const began = performance.now()
    const { problems, failed } = this.#apply()
    this.#round = { at: Date.now(), ms: performance.now() - began, problems }
    if (!failed) this.#noteServed()
    this.#retry.after(failed, this.table.nextDeadline)
  }

  /** What packets from outside meet may have changed: announces what is served, and tells of what is not. */
  noteOutside(): void {
    const { table, opened, announcer, events } = this.#parts
    if (!this.#synced) return
    announcer?.sync(this.#node, table.frontends(), whyNotFromOutside(opened))
    events.notFromOutside(opened.outside?.deviations ?? [])
    const refused = (opened.outside?.refused ?? []).map(({ name, reason = 'it has gone' }) => `${name}: ${reason}`)
    const troubles = [...(opened.trouble === undefined ? [] : [opened.trouble]), ...refused]
    if (this.#node) events.ofNode(this.#node, troubles)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#retry[Symbol.dispose]()
    await this.#checks[Symbol.asyncDispose]()
  }

  #apply(): { readonly problems: readonly string[]; readonly failed: boolean } {
    const { table, sockets, pods, events, drains, netlink, log } = this.#parts
    try {
      const changes = table.update(Date.now() / 1000)
      this.#say(changes)
      const lettingGo = drains.lettingGo(changes.backends.removed)
      const addresses = nodeAddresses(netlink)
      const around = { nodeAddresses: addresses, lettingGo, ...pods?.apply() }
      const problems = sockets?.apply(table, around).problems ?? []
      const refused = this.#applyOutside(addresses)
      this.noteOutside()
      void this.#openPorts()
      events.round(changes.concerned)
      events.refused(problems)
      drains.note()
      const lines = problems.map(({ frontend, message }) => `${frontend}: ${message}`)
      return { problems: [...lines, ...(pods?.problems() ?? []), ...refused], failed: refused.length > 0 }
    } catch (error) {
      const { message } = error as Error
      log.error({ err: error }, `this round went wrong, and is tried again: ${message}`)
      return { problems: [message], failed: true }
    }
  }

  /** Sockets are served whether or not devices can be: says why they cannot. */
  #applyOutside(addresses: readonly string[]): readonly string[] {
    const { opened, table, log } = this.#parts
    try {
      const cluster = [...this.#nodes.values()].flat()
      const round = opened.outside?.apply(table, { addresses, cluster })
      for (const { device, mode, why } of round?.attached ?? []) log.info({ device, mode, why }, `${device}: ${mode}`)
      return []
    } catch (error) {
      const message = `packets from outside: ${(error as Error).message}`
      log.error({ err: error }, message)
      return [message]
    }
  }

  #noteServed(): void {
    this.health.updated()
    if (this.#served) return
    this.#served = true
    this.#parts.log.info({ services: [...this.table.services()].length }, 'all services are served')
  }

  #say({ frontends, backends, computed }: Changes): void {
    const changes = { set: frontends.set.length, removed: frontends.removed.length }
    if (changes.set + changes.removed + backends.set.length + backends.removed.length === 0) return
    const counts = {
      services: computed,
      frontends: changes,
      backends: { set: backends.set.length, removed: backends.removed.length },
    }
    this.#parts.log.info(counts, 'services have changed')
  }

  async #openPorts(): Promise<void> {
    if (!this.#parts.settings['enable-health-check-nodeport']) return
    this.#closedPorts = await this.#checks.sync(this.table.healthChecks())
    this.#parts.events.portsTaken(this.#closedPorts)
    for (const { service, port, cause } of this.#closedPorts)
      this.#parts.log.warn({ service, port }, `its health-check port cannot be opened: ${cause.message}`)
  }

  #noteNode(changed: readonly Source[]): void {
    for (const object of changed) {
      if (object.kind !== 'Node') continue
      this.#nodes.set(object.metadata.name, addressesOf(object))
      if (object.metadata.name !== this.table.options.nodeName) continue
      this.#node = object
      this.health.setNode(object)
    }
  }

  /** Who is told of each object. */
  #takers(): ServiceTaker {
    const { table, pods } = this.#parts
    const takers = [table, ...(pods ? [pods.store] : [])]
    return {
      options: table.options,
      set: (object) => takers.forEach((taker) => taker.set(object)),
      delete: (object) => takers.forEach((taker) => taker.delete(object)),
    }
  }

  /** Pods' devices come after the pods, and may go before them. */
  async #watchDevices(signal: AbortSignal): Promise<void> {
    const { pods, netlink } = this.#parts
    if (pods === undefined) return
    try {
      for await (const event of netlink.monitor(['link', 'route'], { signal })) if (pods.notice(event)) this.reconcile()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** NodePorts are at this node's addresses, which come and go. */
  async #watchAddresses(signal: AbortSignal): Promise<void> {
    try {
      for await (const _ of this.#parts.netlink.monitor(['address'], { signal })) this.reconcile()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}
