import { orderFor } from '@skep/lb-maps'
import type { SockDesired } from './desired.ts'
import { type Lost, lostAt } from './lost.ts'
import { idsOf, lengthOf, sameSlots } from './slots.ts'
import type { BackendState, Capacities, FrontendState, ServiceState, State, Treatment } from './state.ts'
import { type Problem, type Wanted, wanted, type WantedService } from './wanted.ts'

/**
 * What has to be written. In this order nobody meets what is not there: backends, blocks, services, frontends; then what
 * is not wanted any more, frontends first; then, a grace period later, the backends and blocks that nobody can be reading.
 */
export interface Plan {
  readonly backends: ReadonlyMap<number, BackendState>
  /** Services to be written; those of `newBlocks` with a block that is written before. */
  readonly services: ReadonlyMap<number, ServiceState>
  readonly newBlocks: ReadonlySet<number>
  readonly frontends: ReadonlyMap<string, FrontendState>
  readonly nodeAddresses: readonly string[]
  readonly subjects: ReadonlyMap<string, Treatment>
  readonly gone: {
    readonly frontends: readonly string[]
    readonly services: readonly number[]
    readonly backends: readonly number[]
    readonly nodeAddresses: readonly string[]
    readonly subjects: readonly string[]
  }
  /** Backends that some service does not have any more: sockets of it may still have them. */
  readonly lost: Lost
  /** Whether there are such. */
  readonly endsSockets: boolean
  /** What could not be carried out; all else was. */
  readonly problems: readonly Problem[]
  /** What the maps will have. */
  readonly next: State
}

/** The difference between what shall be and what is. Pure. */
export function plan(desired: SockDesired, actual: State, capacities: Capacities): Plan {
  const want = wanted(desired)
  const draft = placeServices(want, actual, capacities, actual.services)
  const backends = backendsIn(draft.services.values(), want)
  const problems = [...want.problems, ...draft.problems]
  const rest = others(want, actual)
  return {
    ...written(draft, backends, actual),
    ...rest,
    gone: {
      frontends: missing(actual.frontends, draft.frontends),
      services: missing(actual.services, draft.services),
      backends: missing(actual.backends, backends),
      ...rest.gone,
    },
    ...lostOf(lostAt(actual.frontends.keys(), actual, draft)),
    problems,
    next: {
      frontends: draft.frontends,
      services: draft.services,
      pool: draft.pool,
      backends,
      nodeAddresses: want.nodeAddresses,
      subjects: want.subjects,
    },
  }
}

/** What a plan says of it. */
export function lostOf(lost: Lost): Pick<Plan, 'lost' | 'endsSockets'> {
  return { lost, endsSockets: lost.TCP.size + lost.UDP.size > 0 }
}

/** What is new, or other than it is. */
export function written(
  { services, frontends, newBlocks }: Draft,
  backends: ReadonlyMap<number, BackendState>,
  actual: State,
): Pick<Plan, 'backends' | 'services' | 'newBlocks' | 'frontends'> {
  return {
    backends: changed(backends, actual.backends, sameBackend),
    services: changed(services, actual.services, sameService),
    newBlocks,
    frontends: changed(frontends, actual.frontends, sameFrontend),
  }
}

/** Addresses and subjects are few: always all of them. */
export function others(
  want: Wanted,
  actual: State,
): Pick<Plan, 'nodeAddresses' | 'subjects'> & { readonly gone: Pick<Plan['gone'], 'nodeAddresses' | 'subjects'> } {
  return {
    nodeAddresses: [...want.nodeAddresses.difference(actual.nodeAddresses)],
    subjects: changed(want.subjects, actual.subjects, (a, b) => a === b),
    gone: {
      nodeAddresses: [...actual.nodeAddresses.difference(want.nodeAddresses)],
      subjects: missing(actual.subjects, want.subjects),
    },
  }
}

/** Nothing to be written. */
export function isEmpty({ backends, services, frontends, nodeAddresses, subjects, gone }: Plan): boolean {
  const written = backends.size + services.size + frontends.size + nodeAddresses.length + subjects.size
  return written === 0 && Object.values(gone).every((list) => list.length === 0)
}

/** Where services go. */
export interface Draft {
  readonly services: Map<number, ServiceState>
  readonly frontends: Map<string, FrontendState>
  readonly newBlocks: Set<number>
  readonly problems: Problem[]
  readonly pool: State['pool']
  /** Backends that were not there before. */
  readonly newBackends: Set<number>
  /** Backends that are not where they were: blocks say where, so one of theirs is written anew. */
  readonly moved: ReadonlySet<number>
}

/** `concerned`: the services that may lose their blocks. */
export function placeServices(
  want: Wanted,
  actual: State,
  capacities: Capacities,
  concerned: ReadonlyMap<number, ServiceState>,
): Draft {
  const draft: Draft = {
    services: new Map(),
    frontends: new Map(),
    newBlocks: new Set(),
    problems: [],
    pool: actual.pool.clone(),
    newBackends: new Set(),
    moved: new Set(changed(want.backends, actual.backends, sameBackend).keys()),
  }
  const known = new Map(want.services.map((service) => [service, knownPlace(service, actual)]))
  const kept = new Set<number>()
  const free = freeNumbers(actual.services, capacities.services)
  for (const service of want.services) {
    const before = known.get(service)
    const place = before !== undefined && !kept.has(before) ? before : free.next().value
    if (place === undefined) refuse(service, `all ${capacities.services} services are taken`, draft)
    else if (!hasRoomForBackends(service, actual, draft, capacities.backends))
      refuse(service, `no room for its backends among ${capacities.backends}`, draft)
    else if (placeService(service, place, actual, draft)) kept.add(place)
  }
  for (const [place, { block, slots }] of concerned)
    if (draft.services.get(place)?.block !== block) draft.pool.give(block, orderFor(lengthOf(slots)))
  checkRoom(want, draft, actual, capacities)
  return draft
}

/** What goes leaves only after what comes has been written. */
function hasRoomForBackends(
  { slots }: WantedService,
  { backends }: State,
  { newBackends }: Draft,
  capacity: number,
): boolean {
  const added = new Set(idsOf(slots).filter((id) => !backends.has(id) && !newBackends.has(id)))
  if (backends.size + newBackends.size + added.size > capacity) return false
  for (const id of added) newBackends.add(id)
  return true
}

/** By its frontends: what a restarted control plane finds again. */
function knownPlace({ frontends }: WantedService, actual: State): number | undefined {
  for (const text of frontends.keys()) {
    const known = actual.frontends.get(text)
    if (known && actual.services.has(known.service)) return known.service
  }
  return undefined
}

function* freeNumbers(taken: ReadonlyMap<number, unknown>, size: number): Generator<number, undefined> {
  for (let i = 0; i < size; i++) if (!taken.has(i)) yield i
  return undefined
}

function placeService(service: WantedService, place: number, actual: State, draft: Draft): boolean {
  const before = actual.services.get(place)
  const { slots, affinity, unreachable } = service
  const keeps =
    before !== undefined && sameSlots(before.slots, slots) && !idsOf(slots).some((id) => draft.moved.has(id))
  const block = keeps ? before.block : draft.pool.take(orderFor(lengthOf(slots)))
  if (block === undefined) {
    refuse(service, `no room for its ${lengthOf(slots)} slots`, draft)
    return false
  }
  if (!keeps) draft.newBlocks.add(place)
  draft.services.set(place, { block, slots, affinity, unreachable })
  for (const [text, isProtected] of service.frontends)
    draft.frontends.set(text, { service: place, protected: isProtected })
  return true
}

/** Hash maps hold what goes and what comes at the same time; what does not fit is left out, the rest is carried out. */
function checkRoom({ services }: Wanted, draft: Draft, actual: State, capacities: Capacities): void {
  let room = capacities.frontends - actual.frontends.size
  for (const { service, frontends } of services)
    for (const text of frontends.keys()) {
      if (!draft.frontends.has(text) || actual.frontends.has(text) || room-- > 0) continue
      draft.frontends.delete(text)
      draft.problems.push({ frontend: text, service, message: `all ${capacities.frontends} frontends are taken` })
    }
}

function refuse({ name, service, frontends }: WantedService, why: string, { problems }: Draft): void {
  for (const frontend of frontends.keys()) problems.push({ frontend, service, message: `${name}: ${why}` })
}

export function backendsIn(services: Iterable<ServiceState>, want: Wanted): Map<number, BackendState> {
  const used = new Map<number, BackendState>()
  for (const { slots } of services) for (const id of idsOf(slots)) used.set(id, want.backends.get(id)!)
  return used
}

function sameBackend(a: BackendState, b: BackendState): boolean {
  return a.address === b.address && a.port === b.port
}

function sameService(a: ServiceState, b: ServiceState): boolean {
  return a.block === b.block && a.affinity === b.affinity && a.unreachable === b.unreachable
}

function sameFrontend(a: FrontendState, b: FrontendState): boolean {
  return a.service === b.service && a.protected === b.protected
}

function changed<K, V>(now: ReadonlyMap<K, V>, before: ReadonlyMap<K, V>, same: (a: V, b: V) => boolean): Map<K, V> {
  const result = new Map<K, V>()
  for (const [key, value] of now) {
    const known = before.get(key)
    if (known === undefined || !same(known, value)) result.set(key, value)
  }
  return result
}

function missing<K>(before: ReadonlyMap<K, unknown>, now: ReadonlyMap<K, unknown>): K[] {
  return [...before.keys()].filter((key) => !now.has(key))
}
