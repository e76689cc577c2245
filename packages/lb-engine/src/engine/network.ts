import type { MonitorEvent, Netlink } from 'netlink-ts'

/** Something about the network that may change how backends are reached, for the log. */
export interface NetworkChange {
  readonly what: string
  readonly event: MonitorEvent
}

/** Changes of devices, addresses and routes, until the signal aborts. What was missed is told too. */
export async function* networkChanges(netlink: Netlink, signal: AbortSignal): AsyncGenerator<NetworkChange> {
  await using monitor = netlink.monitor(['link', 'address', 'route', 'nexthop'], { signal })
  try {
    for await (const event of monitor) yield { what: event.type, event }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
