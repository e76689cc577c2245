import type { MonitorEvent, Netlink } from 'netlink-ts'

/** Something about the network that may change how backends are reached, for the log. */
export interface NetworkChange {
  readonly what: string
  readonly event: MonitorEvent
}

/** Changes of devices, addresses, routes and kept neighbours, until the signal aborts. What was missed is told too. */
export async function* networkChanges(netlink: Netlink, signal: AbortSignal): AsyncGenerator<NetworkChange> {
  await using monitor = netlink.monitor(['link', 'address', 'route', 'neighbor', 'nexthop'], { signal })
  try {
    for await (const event of monitor) if (matters(event)) yield { what: event.type, event }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Neighbours change state all the time; only one that has gone needs us. */
function matters(event: MonitorEvent): boolean {
  return event.type !== 'neighbor' || event.action === 'remove'
}
