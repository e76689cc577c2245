import { routeLookup } from '@skep/lb-engine'
import type { Netlink } from 'netlink-ts'

/** The devices that lead to these pods of the node, by the kernel's routes: their veths, or the bridge that they are at. */
export function podDevices(netlink: Netlink, pods: readonly string[]): string[] {
  if (pods.length === 0) return []
  const names = new Map([...netlink.link.list({ statistics: false })].map(({ index, name }) => [index, name]))
  const lookup = routeLookup(netlink, (index) => names.get(index) ?? '')
  const devices = pods.flatMap((pod) => {
    const route = lookup(pod)
    // One behind a router is of another node, whatever its slice says.
    return route instanceof Error || route.local || route.gateway !== undefined ? [] : [route.device]
  })
  return [...new Set(devices)].filter((device) => device !== '').toSorted()
}
