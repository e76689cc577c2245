import type { SockDesired, SockFrontend, SockSubject } from './desired.ts'
import { backendStateOf, isForSockets, nameOf, placeOf } from './once.ts'
import type { Slots } from './slots.ts'
import type { BackendState, Treatment } from './state.ts'
import { canonical, isIpv6 } from './words.ts'

/** A service that some frontends want: they share its backends, and what it does without any. */
export interface WantedService {
  /** For messages: `default/web:http`. */
  readonly name: string
  /** `default/web`. */
  readonly service: string
  readonly slots: Slots
  readonly affinity: number
  readonly unreachable: boolean
  /** By {@link textOf}: whether it is protected from being bound. */
  readonly frontends: Map<string, boolean>
}

export interface Problem {
  readonly frontend: string
  /** Whose frontend it is: `namespace/name`. */
  readonly service: string
  readonly message: string
}

/** What is desired, in the maps' terms. */
export interface Wanted {
  readonly services: readonly WantedService[]
  readonly backends: ReadonlyMap<number, BackendState>
  readonly nodeAddresses: ReadonlySet<string>
  readonly subjects: ReadonlyMap<string, Treatment>
  readonly problems: readonly Problem[]
}

/** The kinds that a local socket must not shadow, as Cilium has them. */
const PROTECTED: readonly SockFrontend['kind'][] = ['NodePort', 'ExternalIP', 'HostPort']

/** Sorts out what sockets have to do with: internal frontends of TCP and UDP, and the backends that they lead to. */
export function wanted(desired: SockDesired): Wanted {
  const services = new Map<string, WantedService>()
  const taken = new Map<string, SockFrontend>()
  const problems: Problem[] = []
  for (const frontend of desired.frontends) {
    if (!isForSockets(frontend)) continue
    const { text } = placeOf(frontend)
    const trouble = troubleWith(frontend, text, taken, desired)
    if (trouble !== undefined) {
      problems.push({ frontend: text, service: frontend.service, message: trouble })
      continue
    }
    taken.set(text, frontend)
    serviceFor(frontend, services).frontends.set(text, PROTECTED.includes(frontend.kind))
  }
  return {
    services: [...services.values()],
    backends: usedBackends(services.values(), desired),
    nodeAddresses: new Set(desired.nodeAddresses.map(canonical)),
    subjects: new Map((desired.subjects ?? []).map((subject) => [subjectText(subject), subject.treat])),
    problems,
  }
}

export function subjectText(subject: SockSubject): string {
  return 'netns' in subject ? `netns ${subject.netns}` : `cgroup ${subject.cgroup} ${subject.level}`
}

function serviceFor(frontend: SockFrontend, services: Map<string, WantedService>): WantedService {
  const { key, slots } = placeOf(frontend)
  const known = services.get(key)
  if (known) return known
  const { service, whenEmpty, affinitySeconds = 0 } = frontend
  const made = {
    name: nameOf(frontend),
    service,
    slots,
    affinity: affinitySeconds,
    unreachable: whenEmpty === 'drop',
    frontends: new Map(),
  }
  services.set(key, made)
  return made
}

function troubleWith(
  frontend: SockFrontend,
  text: string,
  taken: ReadonlyMap<string, SockFrontend>,
  { backends }: SockDesired,
): string | undefined {
  const other = taken.get(text)
  if (other !== undefined) return `${nameOf(frontend)} wants it, but ${nameOf(other)} has it; the first one keeps it`
  for (const id of placeOf(frontend).ids) {
    const backend = backends.get(id)
    if (backend === undefined) return `${nameOf(frontend)} has backend ${id}, which is not among the backends`
    if (isIpv6(backend.address) !== isIpv6(frontend.address))
      return `${nameOf(frontend)} has backend ${backend.address}, which is of another family`
  }
  return undefined
}

function usedBackends(services: Iterable<WantedService>, { backends }: SockDesired): Map<number, BackendState> {
  const used = new Map<number, BackendState>()
  for (const { slots } of services)
    for (const id of [...slots.active, ...slots.draining]) {
      const backend = backends.get(id)
      if (backend) used.set(id, backendStateOf(backend))
    }
  return used
}
