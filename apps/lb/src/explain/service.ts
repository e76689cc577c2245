import { suggest } from '@skep/config-file'
import { formatEndpoint, type LbMaps, type Mode, modes, readMembers, readService, type RingMember } from '@skep/lb-maps'
import { type DesiredRoute, explainRoute } from '../bgp/desired.ts'
import { LbError, total } from '@skep/lb-engine'
import { servicesNamed } from '../get/connections.ts'
import type { Declared } from '../status/last-config.ts'
import type { OpenConnections } from '../status/open-connections.ts'
import { admissionOf, frontendOf, type MemberCounters, movingOf } from '../status/services.ts'
import type { BackendHealthStatus, HealthStatus, ServiceHealthStatus } from '../status/status.ts'
import { whyShare } from './share.ts'

/** A frontend's ring, and why each backend gets what it gets. */
export interface ServiceReport {
  readonly id: number
  readonly name: string | null
  readonly frontend: string
  /** How packets reach its backends. */
  readonly mode: Mode
  readonly algorithm: string
  /** All of a client's connections go to one backend. */
  readonly affinity: boolean
  /** `moving`: slots that change hands. */
  readonly ring: { readonly slots: number; readonly used: number; readonly moving: number }
  /** Flows that it can remember at present. */
  readonly records: number
  /** Stretches of client addresses that it admits; `null`: everybody. */
  readonly ranges: number | null
  readonly rateLimit: string | null
  /** Of all its backends, in words; `null` where they are not checked. */
  readonly health: string | null
  /** Whether routers are told of its address, and why; `null`: they are not to be. */
  readonly bgp: string | null
  readonly backends: readonly BackendReport[]
}

export interface BackendReport {
  readonly id: number
  /** What stands for it in the ring's slots. */
  readonly number: number
  readonly backend: string
  readonly weight: number | null
  readonly state: string | null
  readonly health: string | null
  readonly slots: number
  /** 0 to 1. */
  readonly share: number
  /** The own address that packets to it carry; `null`: they carry the client's, or none is known. */
  readonly source: string | null
  /** It is no backend any more, and stays until its connections are over. */
  readonly draining: boolean
  /** Its flows that are recorded. */
  readonly flows: number
  readonly connections: number
  readonly packets: number
  readonly bytes: number
  readonly why: string
}

/** What services are explained by. */
export interface ServiceWorld {
  readonly maps: LbMaps
  readonly counters: MemberCounters
  readonly declared: Declared
  /** Whether the configuration that was last used could be read. */
  readonly isConfigKnown: boolean
  readonly health: HealthStatus | null
  readonly connections: OpenConnections
  /** What routers were told last. */
  readonly routes: readonly DesiredRoute[]
}

/** The frontends of a service that is named, or one frontend. Throws `INVALID_OPTION` where there is none. */
export function reportServices(world: ServiceWorld, wanted: string): ServiceReport[] {
  const ids = [...servicesNamed(world, wanted)].toSorted((a, b) => a - b)
  if (ids.length > 0) return ids.map((id) => reportService(world, id))
  const names = [...world.declared.names()].flatMap(([frontend, name]) => [name, frontend])
  const hint = names.length === 0 ? 'see skep-lb get services' : suggest(wanted, [...new Set(names)])
  throw new LbError('INVALID_OPTION', `no service or frontend ${JSON.stringify(wanted)}; ${hint}`)
}

function reportService(world: ServiceWorld, id: number): ServiceReport {
  const service = readService(world.maps, id)!
  const frontend = frontendOf(service)
  const members = readMembers(world.maps, id)
  const check = world.health?.services.find(({ frontends }) => frontends.includes(frontend))
  const declared = world.declared.service(frontend)
  const explain = memberReporter(world, { frontend, slots: service.slots, mode: service.mode, members, check })
  return {
    id,
    name: declared?.name ?? null,
    frontend,
    mode: service.mode,
    algorithm: service.algorithm,
    affinity: service.affinity,
    ring: { slots: service.slots, used: members.reduce((sum, { slots }) => sum + slots, 0), moving: movingOf(service) },
    records: service.records,
    ...admissionOf(service),
    health: check?.text ?? null,
    bgp: explainRoute(world.routes, service.address) ?? null,
    backends: members.map(explain),
  }
}

interface Ring {
  readonly frontend: string
  readonly slots: number
  readonly mode: Mode
  readonly members: readonly RingMember[]
  readonly check: ServiceHealthStatus | undefined
}

function memberReporter(world: ServiceWorld, ring: Ring): (member: RingMember) => BackendReport {
  const { declared, isConfigKnown } = world
  const health = new Map(ring.check?.backends.map((one) => [one.backend, one]))
  const totalWeight = weightInRing(declared, ring, health)
  return ({ id, number, address, port, source, slots, draining, flows }) => {
    const backend = formatEndpoint(address, port)
    const wanted = declared.backend(ring.frontend, backend)
    const known = health.get(backend)
    return {
      id,
      number,
      backend,
      weight: wanted?.weight ?? null,
      state: wanted?.state ?? null,
      health: known?.status ?? null,
      slots,
      share: ring.slots === 0 ? 0 : slots / ring.slots,
      source: source ?? null,
      draining,
      flows,
      connections: world.connections.members[id] ?? 0,
      ...total(world.counters.get(id)),
      why: whyShare({
        weight: wanted?.weight,
        state: wanted?.state,
        isConfigKnown,
        health: known,
        panic: ring.check?.panic ?? false,
        needsSource: modes[ring.mode].source === 'always',
        source,
        draining,
        slots,
        ringSlots: ring.slots,
        totalWeight,
      }),
    }
  }
}

function weightInRing(
  declared: Declared,
  { frontend, members }: Ring,
  health: ReadonlyMap<string, BackendHealthStatus>,
): number {
  return members
    .filter(({ slots }) => slots > 0)
    .map(({ address, port }) => formatEndpoint(address, port))
    .reduce((sum, key) => sum + (declared.backend(frontend, key)?.weight ?? 0) * (health.get(key)?.share ?? 1), 0)
}
