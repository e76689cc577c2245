import type { KubeObject } from '@skep/kube'
import { IdPool } from '../backends/ids.ts'
import { type BackendChanges, BackendTable } from '../backends/table.ts'
import type { Context } from '../compile/context.ts'
import type { Compiled, HealthCheck } from '../compile/draft.ts'
import { compilePod } from '../compile/host-port.ts'
import { compileService } from '../compile/service.ts'
import { type Claim, Claims } from '../conflicts/claims.ts'
import { DrainLog } from '../drain/log.ts'
import type { Backend } from '../model/backend.ts'
import type { Frontend } from '../model/frontend.ts'
import { type Options, type ServicesOptions, withDefaults } from '../options.ts'
import { claimsOf, healthKey } from './claims-of.ts'
import { finishFrontends } from './finish.ts'
import { Inputs, podOwner, type Source } from './inputs.ts'

/** What one round has changed. Everything that is not in it is as it was. */
export interface Changes {
  readonly frontends: {
    /** New, or with other members or settings. */
    readonly set: readonly Frontend[]
    readonly removed: readonly Frontend[]
  }
  readonly backends: BackendChanges
  /** Services and pods with host ports that were looked at again. */
  readonly computed: number
  /** Those, and who wants what they want: names as {@link ServiceTable.service} takes them. */
  readonly concerned: ReadonlySet<string>
}

/** What a table goes on with after a restart, and how much it may hold. */
export interface TableState {
  /** Ids that backends have in the datapath's maps. */
  readonly ids?: IdPool
  /** Since when backends terminate, in seconds since 1970. */
  readonly draining?: Iterable<readonly [backend: string, since: number]>
  /** Do connections still know a backend that goes away? Its id is then nobody's until `ids.release`. No when left out. */
  readonly holds?: (backend: Backend) => boolean
}

interface Held {
  readonly compiled: Compiled
  readonly claims: ReadonlyMap<string, Claim>
  /** By `frontendKey`. */
  frontends: ReadonlyMap<string, Frontend>
}

const nothing: Pick<Held, 'claims' | 'frontends'> = { claims: new Map(), frontends: new Map() }

/**
 * Frontends and backends of a cluster's services on one node. Takes objects in as they change; a round (`update`) looks
 * again at the services that the changes concern, and what it arrives at depends on the objects alone, not on their order
 * (but for ids and since when backends drain). No system calls.
 */
export class ServiceTable {
  readonly options: Options
  readonly ids: IdPool
  readonly drains: DrainLog
  readonly #inputs: Inputs
  readonly #backends: BackendTable
  readonly #claims = new Claims()
  readonly #held = new Map<string, Held>()
  readonly #starved = new Set<string>()
  #dirty = new Set<string>()
  #allDirty = false

  constructor(options: ServicesOptions, { ids, draining, holds }: TableState = {}) {
    this.options = withDefaults(options)
    this.ids = ids ?? new IdPool()
    this.drains = new DrainLog(draining)
    this.#inputs = new Inputs(options.nodeName)
    this.#backends = new BackendTable(this.ids, holds ?? (() => false))
  }

  /** Takes an object in, in place of the one of its kind and name. The next round looks at what it concerns. */
  set(object: Source): void {
    this.#note(this.#inputs.set(object))
  }

  /** Forgets an object. */
  delete(object: Pick<KubeObject, 'kind' | 'metadata'>): void {
    this.#note(this.#inputs.delete(object))
  }

  /** A round. `now`: seconds since 1970. */
  update(now: number): Changes {
    const dirty = this.#takeDirty(now)
    const concerned = new Set(dirty)
    for (const owner of dirty) for (const other of this.#compute(owner, now)) concerned.add(other)
    const frontends = this.#finish(concerned)
    this.drains.settle()
    return { frontends, backends: this.#backends.finish(), computed: dirty.size, concerned }
  }

  *frontends(): IterableIterator<Frontend> {
    for (const { frontends } of this.#held.values()) yield* frontends.values()
  }

  backends(): Iterable<Backend> {
    return this.#backends
  }

  /** By their ids, as of the last round: the same map in each. */
  get backendsById(): ReadonlyMap<number, Backend> {
    return this.#backends.byId
  }

  get backendCount(): number {
    return this.#backends.size
  }

  /** A backend by its key (`backendKey`). */
  backend(key: string): Backend | undefined {
    return this.#backends.get(key)
  }

  /** What became of each service, and of each pod of this node with host ports. */
  *services(): IterableIterator<Compiled> {
    for (const { compiled } of this.#held.values()) yield compiled
  }

  service(name: string): Compiled | undefined {
    return this.#held.get(name)?.compiled ?? this.#held.get(podOwner(name))?.compiled
  }

  /** Health-check ports of services, where the service has the port for itself. */
  *healthChecks(): IterableIterator<HealthCheck & { readonly service: string }> {
    for (const [owner, { compiled }] of this.#held) {
      const { healthCheck } = compiled
      if (healthCheck && this.#claims.winner(healthKey(healthCheck.port))?.service === owner)
        yield { service: compiled.name, ...healthCheck }
    }
  }

  /** Services with backends that found no id. Each round tries again. */
  get starved(): ReadonlySet<string> {
    return this.#starved
  }

  /** Who has what several services want, see `frontendKey`. */
  get claims(): Claims {
    return this.#claims
  }

  /** What services were made from. */
  get inputs(): Inputs {
    return this.#inputs
  }

  /** When a round is due though no object changes, in seconds since 1970. */
  get nextDeadline(): number | undefined {
    return this.drains.nextDeadline
  }

  context(now: number): Context {
    return {
      options: this.options,
      node: this.#inputs.node,
      isPodEnded: (pod, uid) => this.#inputs.isPodEnded(pod, uid),
      drainingSince: (backend) => this.drains.since(backend),
      now,
    }
  }

  #note(concerned: ReturnType<Inputs['set']>): void {
    if (concerned === 'everybody') this.#allDirty = true
    else for (const owner of concerned) this.#dirty.add(owner)
  }

  #takeDirty(now: number): Set<string> {
    const { services, hostPods } = this.#inputs
    const everybody = this.#allDirty ? [...services.keys(), ...[...hostPods.keys()].map(podOwner)] : []
    const dirty = new Set([...this.#dirty, ...everybody, ...this.#starved, ...this.drains.due(now)])
    this.#dirty = new Set()
    this.#allDirty = false
    return dirty
  }

  /** Compiles a service and notes what it wants. Returns other services that this concerns. */
  #compute(owner: string, now: number): Iterable<string> {
    const before = this.#held.get(owner)
    const compiled = this.#compile(owner, now)
    const claims = compiled ? claimsOf(compiled, owner) : nothing.claims
    this.drains.replace(owner, before?.compiled.draining ?? [], compiled?.draining ?? [], now)
    const refused = this.#backends.replace(owner, before?.compiled.backends ?? [], compiled?.backends ?? [])
    if (refused.length > 0) this.#starved.add(owner)
    else this.#starved.delete(owner)
    if (compiled) this.#held.set(owner, { compiled, claims, frontends: before?.frontends ?? nothing.frontends })
    else if (before) this.#held.set(owner, { ...before, compiled: gone(before.compiled), claims })
    return this.#claims.replace(owner, before?.claims ?? nothing.claims, claims)
  }

  #compile(owner: string, now: number): Compiled | undefined {
    const service = this.#inputs.services.get(owner)
    const context = this.context(now)
    if (service) {
      const namespace = this.#inputs.namespaces.get(service.metadata.namespace)
      const { parts: _, ...compiled } = compileService(
        { service, slices: this.#inputs.slicesOf(owner), namespace },
        context,
      )
      return compiled
    }
    const pod = owner.startsWith('Pod ') ? this.#inputs.hostPods.get(owner.slice('Pod '.length)) : undefined
    return pod && compilePod(pod, context)
  }

  #finish(owners: Iterable<string>): Changes['frontends'] {
    const set = new Map<string, Frontend>()
    const removed = new Map<string, Frontend>()
    const surroundings = { claims: this.#claims, idOf: (backend: string) => this.#backends.id(backend) }
    for (const owner of owners) {
      const held = this.#held.get(owner)
      if (!held) continue
      const before = held.frontends
      held.frontends = finishFrontends(owner, held.compiled, before, surroundings)
      for (const [key, frontend] of held.frontends) if (before.get(key) !== frontend) set.set(key, frontend)
      for (const [key, frontend] of before) if (!held.frontends.has(key)) removed.set(key, frontend)
      if (held.compiled.kind === 'Service' ? !this.#inputs.services.has(owner) : !this.#hasPod(owner))
        this.#held.delete(owner)
    }
    // What goes from one service to another is set, not removed.
    for (const key of set.keys()) removed.delete(key)
    return { set: [...set.values()], removed: [...removed.values()] }
  }

  #hasPod(owner: string): boolean {
    return this.#inputs.hostPods.has(owner.slice('Pod '.length))
  }
}

/** What is left of a service whose object is gone, until its frontends are. */
function gone(compiled: Compiled): Compiled {
  const { healthCheck: _, ...rest } = compiled
  return { ...rest, frontends: [], backends: [], draining: [] }
}
