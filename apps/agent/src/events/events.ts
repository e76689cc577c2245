import type { EventTarget, KubeEvent, Node } from '@skep/kube'
import { type DrainEvent, type HealthCheckFailure, type Notice, noticesOf, type ServiceTable } from '@skep/services'
import { actions } from './actions.ts'

/** Where events go. */
export interface Recorder {
  record(event: KubeEvent): void
}

/** What the maps have no room for, by service. */
export interface Refused {
  readonly service: string
  readonly frontend: string
  readonly message: string
}

/**
 * Tells users of services what they should hear of, once for as long as it is so. What is wrong in an object is told the same
 * way by all nodes, so that it becomes one event; what is so on a node says which.
 */
export class ServiceEvents {
  readonly #recorder: Recorder
  readonly #table: ServiceTable
  /** What was told of each service, by key. */
  readonly #told = new Map<string, ReadonlySet<string>>()
  #refused: ReadonlySet<string> = new Set()
  #portsTaken: ReadonlySet<string> = new Set()
  #notFromOutside: ReadonlySet<string> = new Set()
  #ofNode: ReadonlySet<string> = new Set()

  constructor(recorder: Recorder, table: ServiceTable) {
    this.#recorder = recorder
    this.#table = table
  }

  /** After a round that has looked at these services. */
  round(concerned: Iterable<string>): void {
    for (const owner of concerned) {
      const notices = noticesOf(this.#table, owner)
      const told = this.#told.get(owner)
      for (const one of notices) if (!told?.has(one.key)) this.#tell(owner, 'Warning', one)
      if (notices.length > 0) this.#told.set(owner, new Set(notices.map(({ key }) => key)))
      else this.#told.delete(owner)
    }
  }

  /** What the maps could not take in this round. */
  refused(problems: readonly Refused[]): void {
    const all = problems.map(({ service, frontend, message }) => ({ owner: service, text: `${frontend}: ${message}` }))
    this.#refused = this.#tellNew('NoCapacity', all, this.#refused)
  }

  /** Health-check ports that another process has. */
  portsTaken(failures: readonly HealthCheckFailure[]): void {
    const all = failures.map(({ service, port, cause }) => {
      return { owner: service, text: `health-check port ${port}: ${cause.message}` }
    })
    this.#portsTaken = this.#tellNew('PortTaken', all, this.#portsTaken)
  }

  /** Frontends that packets from outside are not served at, or not as it is asked for. */
  notFromOutside(deviations: readonly Refused[]): void {
    const all = deviations.map(({ service, frontend, message }) => ({
      owner: service,
      text: `${frontend}: ${message}`,
    }))
    this.#notFromOutside = this.#tellNew('NotFromOutside', all, this.#notFromOutside)
  }

  /** Why packets from outside, or those of some device, are not served on this node: events of the node. */
  ofNode({ metadata: { name, uid } }: Node, troubles: readonly string[]): void {
    const about = { apiVersion: 'v1', kind: 'Node', name, ...(uid !== '' && { uid }) }
    const reason = 'NotFromOutside'
    for (const note of troubles)
      if (!this.#ofNode.has(note))
        this.#recorder.record({ about, type: 'Warning', reason, action: actions[reason], note, shared: false })
    this.#ofNode = new Set(troubles)
  }

  /** What begins and ends without any connection is of no interest to anybody. */
  drain({ reason, service, message, openConnections }: DrainEvent): void {
    if (openConnections === 0 && reason !== 'Drained') return
    const note = `on ${this.#table.options.nodeName}: ${message}`
    this.#tell(service, reason === 'DrainTimedOut' ? 'Warning' : 'Normal', { reason, note, ofNode: true })
  }

  #tellNew(
    reason: 'NoCapacity' | 'PortTaken' | 'NotFromOutside',
    all: readonly { readonly owner: string; readonly text: string }[],
    told: ReadonlySet<string>,
  ): Set<string> {
    for (const { owner, text } of all) {
      if (told.has(`${owner} ${text}`)) continue
      this.#tell(owner, 'Warning', { reason, note: `on ${this.#table.options.nodeName}: ${text}`, ofNode: true })
    }
    return new Set(all.map(({ owner, text }) => `${owner} ${text}`))
  }

  #tell(
    owner: string,
    type: KubeEvent['type'],
    { reason, note, ofNode }: Pick<Notice, 'note' | 'ofNode'> & { readonly reason: keyof typeof actions },
  ): void {
    const about = this.#about(owner)
    if (about) this.#recorder.record({ about, type, reason, action: actions[reason], note, shared: !ofNode })
  }

  #about(owner: string): EventTarget | undefined {
    const { services, hostPods } = this.#table.inputs
    const isPod = owner.startsWith('Pod ')
    const object = isPod ? hostPods.get(owner.slice('Pod '.length)) : (services.get(owner) ?? hostPods.get(owner))
    if (!object) return undefined
    const { kind, metadata } = object
    const { namespace, name, uid } = metadata
    return { apiVersion: 'v1', kind, namespace, name, ...(uid !== '' && { uid }) }
  }
}
