import {
  formatEndpoint,
  type LbMaps,
  readMembers,
  readServices,
  type RingMember,
  type ServiceRecord,
} from '@skep/lb-maps'
import { protocolName } from './protocol.ts'
import type { Admission, MemberStatus, ServiceStatus } from './status.ts'
import { type Tables, total } from '@skep/lb-engine'

/** The counters of members, or what stands for them. */
export type MemberCounters = Pick<Tables['memberCounters'], 'get'>

/** The services in the tables, by id, with all their members. */
export function serviceStatuses(
  maps: LbMaps,
  counters: MemberCounters,
  names: ReadonlyMap<string, string>,
): ServiceStatus[] {
  return Array.from(readServices(maps), (service) => {
    const frontend = frontendOf(service)
    const members = readMembers(maps, service.id).map((member) => memberStatus(member, service.slots, counters))
    const name = names.get(frontend)
    const named = name === undefined ? { id: service.id } : { id: service.id, name }
    const { mode, algorithm, affinity, slots, records } = service
    const about = { mode, algorithm, affinity, slots, moving: movingOf(service), records, ...admissionOf(service) }
    return { ...named, frontend, ...about, ...sum(members), members }
  })
}

/** Slots that change hands. */
export function movingOf({ moving: { move, harvest, settled } }: Pick<ServiceRecord, 'moving'>): number {
  return move + harvest + settled
}

/** Whom it admits, and how often. */
export function admissionOf({ ranges, rateLimit }: Pick<ServiceRecord, 'ranges' | 'rateLimit'>): Admission {
  const { newConnectionsPerSecond, burst, prefix } = rateLimit ?? {}
  return {
    ranges: ranges ?? null,
    rateLimit: rateLimit ? `${newConnectionsPerSecond}/s, ${burst} at once, per /${prefix}` : null,
  }
}

/** `192.0.2.10:80/TCP` */
export function frontendOf({ address, port, protocol }: Pick<ServiceRecord, 'address' | 'port' | 'protocol'>): string {
  return `${formatEndpoint(address, port)}/${protocolName(protocol)}`
}

function memberStatus(
  { id, address, port, source, draining, flows, slots }: RingMember,
  ringSlots: number,
  counters: MemberCounters,
): MemberStatus {
  return {
    id,
    backend: formatEndpoint(address, port),
    source: source ?? 'none',
    draining,
    flows,
    slots,
    share: ringSlots === 0 ? 0 : slots / ringSlots,
    ...total(counters.get(id)),
  }
}

function sum(members: readonly MemberStatus[]): { packets: number; bytes: number } {
  const all = (key: 'packets' | 'bytes') => members.reduce((total, member) => total + member[key], 0)
  return { packets: all('packets'), bytes: all('bytes') }
}
