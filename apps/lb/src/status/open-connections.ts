import { type LbConfig, natEntryOffsets as at } from '@skep/datapath/lb-xdp'
import type { LbMaps } from '@skep/lb-maps'
import { connectionStates, type NatMaps, NatTable } from '@skep/lb-engine'

/** How many connections are open, by id. Those that have ended and only wait for stragglers do not count. */
export interface OpenConnections {
  readonly services: Uint32Array
  readonly members: Uint32Array
}

/** Looks through the table once. */
export function countOpenConnections(nat: NatMaps, maps: LbMaps, config: LbConfig | undefined): OpenConnections {
  const services = new Uint32Array(maps.services.entries)
  const members = new Uint32Array(maps.members.entries)
  if (config === undefined) return { services, members }
  using table = new NatTable(nat, config)
  for (const entry of table.live()) {
    if (connectionStates[table.state(entry)] === 'closed') continue
    const [service, member] = [
      table.view.getUint32(entry + at.service, true),
      table.view.getUint32(entry + at.member, true),
    ]
    if (service < services.length) services[service]!++
    if (member < members.length) members[member]!++
  }
  return { services, members }
}
