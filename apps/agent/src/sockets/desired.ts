import { forSockets, type ServiceTable } from '@skep/services'
import type { SockDesired, SockSubject } from '@skep/sock-lb'
import type { Settings } from '../options/catalogue/index.ts'

/** What sockets of this node shall meet: the table's internal frontends, of the protocols that are balanced. Pure. */
export function socketsDesired(
  table: Pick<ServiceTable, 'frontends' | 'backendsById'>,
  nodeAddresses: readonly string[],
  subjects: readonly SockSubject[],
  settings: Pick<Settings, 'host-reachable-services-protos'>,
): SockDesired {
  const protocols = new Set(settings['host-reachable-services-protos'].map((one) => one.toUpperCase()))
  const { frontends, backends } = forSockets(table.frontends(), table.backendsById)
  return { frontends: frontends.filter(({ protocol }) => protocols.has(protocol)), backends, nodeAddresses, subjects }
}
