import { type MonitorEvent, type Netlink, NetlinkError } from 'netlink-ts'
import { countHops } from './hop/count.ts'
import { NeighborKeeper } from './keeper/keeper.ts'
import type { KeeperOptions } from './keeper/types.ts'
import type { Transition } from './state/states.ts'
import { Ways } from './ways/ways.ts'

export interface FollowOptions extends KeeperOptions {
  /** Ends the iteration. Entries stay as they are; `NeighborKeeper.release` takes them away. */
  readonly signal?: AbortSignal | undefined
  /** In place of one that is made here. */
  readonly keeper?: NeighborKeeper | undefined
}

const kinds = ['link', 'address', 'route', 'rule', 'neighbor', 'nexthop'] as const
const TICK_MS = 1000

/**
 * Keeps the next hops of destinations resolved, whatever routes lead there, and yields each that comes to be usable, fails,
 * or has another MAC address, until the signal aborts:
 *
 *     for await (const { hop, to } of followNextHops(netlink, ['10.2.0.7', '2001:db8::7'])) …
 *
 * Needs CAP_NET_ADMIN. Linux 5.0.
 */
export async function* followNextHops(
  netlink: Netlink,
  destinations: readonly string[],
  options: FollowOptions = {},
): AsyncGenerator<Transition, void> {
  const { signal } = options
  if (signal?.aborted) return
  const keeper = options.keeper ?? new NeighborKeeper(netlink, options)
  const ways = new Ways(netlink)
  const found: Transition[] = []
  const want = (): void => {
    const { transitions } = keeper.want(countHops(destinations.map((one) => ways.towards(one))))
    found.push(...transitions)
  }
  await using monitor = netlink.monitor(kinds, { signal })
  const ticking = setInterval(() => attempt(() => (keeper.isDue ? want() : keeper.tick())), TICK_MS)
  try {
    for await (const event of monitor) {
      if (leadsElsewhere(event)) ways.forget()
      found.push(...keeper.note(event).transitions)
      if (leadsElsewhere(event) || keeper.isDue) attempt(want)
      yield* found.splice(0)
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  } finally {
    clearInterval(ticking)
  }
}

function leadsElsewhere({ type }: MonitorEvent): boolean {
  return type !== 'neighbor'
}

/** What cannot be read now, because all of it changes, is read by the next tick. */
function attempt(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error
  }
}
