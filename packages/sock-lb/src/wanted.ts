import type { SockDesired, SockFrontend, SockSubject } from './desired.ts'
import { textOf } from './key.ts'
import { type Slots, slotsOf } from './slots.ts'
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
  const taken = new Map<string, string>()
  const problems: Problem[] = []
  for (const frontend of desired.frontends) {
    if (frontend.scope !== 'internal' || frontend.protocol === 'SCTP') continue
    const text = textOf({ ...frontend, protocol: frontend.protocol })
    const trouble = troubleWith(frontend, text, taken, desired)
    if (trouble !== undefined) {
      problems.push({ frontend: text, service: frontend.service, message: trouble })
      continue
    }
    taken.set(text, nameOf(frontend))
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

export function nameOf({ service, portName }: Pick<SockFrontend, 'service' | 'portName'>): string {
  return portName === '' ? service : `${service}:${portName}`
}

export function subjectText(subject: SockSubject): string {
  return 'netns' in subject ? `netns ${subject.netns}` : `cgroup ${subject.cgroup} ${subject.level}`
}

function serviceFor(frontend: SockFrontend, services: Map<string, WantedService>): WantedService {
  const slots = slotsOf(frontend.members, frontend.leftOut)
  const affinity = frontend.affinitySeconds ?? 0
  const name = nameOf(frontend)
  const key = [name, frontend.protocol, affinity, frontend.whenEmpty, slots.active, slots.draining].join(' ')
  const known = services.get(key)
  if (known) return known
  const { service, whenEmpty } = frontend
  const made = { name, service, slots, affinity, unreachable: whenEmpty === 'drop', frontends: new Map() }
  services.set(key, made)
  return made
}

function troubleWith(
  frontend: SockFrontend,
  text: string,
  taken: ReadonlyMap<string, string>,
  { backends }: SockDesired,
): string | undefined {
  const other = taken.get(text)
  if (other !== undefined) return `${nameOf(frontend)} wants it, but ${other} has it; the first one keeps it`
  const ids = frontend.members.map(({ backend }) => backend)
  for (const id of [...ids, ...(frontend.leftOut ?? [])]) {
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
      if (backend) used.set(id, { address: canonical(backend.address), port: backend.port })
    }
  return used
}
