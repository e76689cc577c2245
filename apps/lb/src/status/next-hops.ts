import { openNetlink } from 'netlink-ts'
import type { InstancePaths } from '../instance/paths.ts'
import { readNeighbors } from '../nexthop/record.ts'
import { currentNamespace } from '../sysctl/ledger.ts'
import type { NextHopStatus } from './status.ts'

/** The neighbours that an instance has kept resolved, and whether they are. */
export function readNextHops(paths: InstancePaths): NextHopStatus[] {
  const kept = readNeighbors(paths.neighbors, currentNamespace())
  if (kept.length === 0) return []
  using netlink = openNetlink()
  const names = new Map([...netlink.link.list()].map(({ index, name }) => [index, name]))
  const known = new Map([...netlink.neighbor.list()].map((one) => [`${one.index} ${one.address}`, one]))
  return kept.map(({ index, address }) => {
    const { state, lladdr } = known.get(`${index} ${address}`) ?? {}
    const isLost = state === undefined || state === 'failed' || state === 'incomplete'
    return { address, device: names.get(index) ?? `device ${index}`, mac: isLost ? null : (lladdr ?? null) }
  })
}
