import { join } from 'node:path'
import type { SelfTestResult } from '@skep/cgroup'
import { backendKey, IdPool, type ServiceTable, type TableState } from '@skep/services'
import { currentNamespace } from 'netlink-ts'
import { type Explanation, type Gauge, type Plan, type Question, SocketLb, type SockSubject } from '@skep/sock-lb'
import type { Settings } from '../options/catalogue/index.ts'
import { usedNamespaces } from '../node/namespaces.ts'
import { socketsDesired } from './desired.ts'
import { subjectsIn } from './subjects.ts'

export interface SocketsOptions {
  readonly settings: Settings
  /** The folder of the host's cgroup v2 root. */
  readonly cgroup: string
  /** The cookie of the host's network namespace. */
  readonly hostNetns: bigint
}

/** What a round of sockets takes beside the table. */
export interface Around {
  readonly nodeAddresses: readonly string[]
  /** Backends whose time to drain is over. */
  readonly lettingGo: ReadonlySet<number>
  /** Pods whose sockets are left alone. */
  readonly subjects?: readonly SockSubject[]
}

/** Services at the socket: a service address becomes a backend at connect(2), before there is a packet. */
export class Sockets implements Disposable {
  readonly #settings: Settings
  /** The folder of the cgroup that programs are attached to. */
  readonly cgroup: string
  readonly #hostNetns: bigint
  readonly #balancer: SocketLb
  #tested: SelfTestResult | undefined
  /** Whether sockets may be left whose backend is gone: by an agent that was killed, or a round that went wrong. */
  #owes = true
  readonly #lettingGo = new Set<number>()

  constructor({ settings, cgroup, hostNetns }: SocketsOptions) {
    this.#settings = settings
    this.cgroup = cgroup
    this.#hostNetns = hostNetns
    this.#balancer = SocketLb.open({
      pins: pinsOf(settings),
      cgroup,
      hostNetns,
      hostNamespaceOnly: settings['bpf-lb-sock-hostns-only'],
      protectBind: settings['node-port-bind-protection'],
      capacities: {
        peers: settings['bpf-sock-rev-map-max'],
        connections: settings['bpf-sock-rev-map-max'],
        backends: settings['bpf-lb-map-max'],
      },
    })
  }

  /**
   * Brings the maps to what the table says now, and ends sockets whose backend is gone: connected UDP; TCP where that is asked
   * for, and to backends whose time to drain is over.
   */
  apply(table: ServiceTable, { nodeAddresses, lettingGo, subjects: pods = [] }: Around): Plan {
    const subjects = [...this.subjects(), ...pods]
    const plan = this.#balancer.reconcile(socketsDesired(table, nodeAddresses, subjects, this.#settings))
    this.#owes ||= plan.endsSockets
    for (const id of lettingGo) this.#lettingGo.add(id)
    if (this.#owes) this.#endSockets()
    return plan
  }

  /** What is known of services, for who translates beside the sockets. */
  get services(): SocketLb['maps'] {
    return this.#balancer.maps
  }

  /** Containers that are treated as the host now. */
  subjects(): readonly SockSubject[] {
    return subjectsIn(this.cgroup, this.#hostNetns, this.#settings)
  }

  /** How many open sockets of this node and its pods have each of these backends. */
  openSockets(backends: ReadonlySet<number>): ReadonlyMap<number, number> {
    return this.#balancer.openSockets(backends, usedNamespaces())
  }

  /** What a table goes on with: backends keep the ids that sockets know them by. */
  restored(): Pick<TableState, 'ids'> {
    const taken = this.#balancer.backends().map(({ id, protocol, address, port }) => {
      return { id, key: backendKey(protocol, address, port) }
    })
    return { ids: new IdPool(undefined, taken) }
  }

  /** Tables that have grown or changed at the start, with what was in them, a line each. */
  get madeAnew(): readonly string[] {
    return this.#balancer.madeAnew
  }

  /** Whether the programs see this host's sockets: tries one. */
  async selfTest(): Promise<SelfTestResult> {
    return (this.#tested = await this.#balancer.selfTest())
  }

  /** What the last self-test has found wrong. */
  get trouble(): string | undefined {
    return this.#tested?.hit === false ? `self-test: ${this.#tested.reason}` : undefined
  }

  explain(question: Question): Explanation {
    return this.#balancer.explain(question)
  }

  gauges(): Gauge[] {
    return this.#balancer.gauges()
  }

  verdicts(): Readonly<Record<string, bigint>> {
    return this.#balancer.verdicts()
  }

  #endSockets(): void {
    const protocols = this.#settings['lb-sock-terminate-all-protos'] ? (['udp', 'tcp'] as const) : (['udp'] as const)
    const isAlsoPods = this.#settings['bpf-lb-sock-terminate-pod-connections']
    using host = isAlsoPods ? undefined : currentNamespace()
    const namespaces = host ? [host] : usedNamespaces()
    this.#balancer.endSockets({ namespaces, protocols, allOf: this.#lettingGo })
    this.#owes = false
    this.#lettingGo.clear()
  }

  [Symbol.dispose](): void {
    this.#balancer[Symbol.dispose]()
  }
}

/** Where the agent pins what it makes. */
export function pinsOf(settings: Pick<Settings, 'bpf-root'>): string {
  return join(settings['bpf-root'], 'skep', 'agent')
}
