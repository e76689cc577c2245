import type { NetworkNamespace, SocketProtocol as Kind } from 'netlink-ts'
import type { SocketProtocol } from './key.ts'
import { findFrontend } from './lookup.ts'
import type { Losses } from './lost.ts'
import { openOf, type Peer, type PeerMaps, peersOf } from './open-sockets.ts'
import { idsOf } from './slots.ts'
import type { State } from './state.ts'
import { addressOf } from './words.ts'

export interface EndOptions {
  /** The host's network namespace, and the pods'. Those that have none of the sockets are not asked. */
  readonly namespaces: Iterable<NetworkNamespace>
  /** `udp`: those that are connected; others choose again by themselves. TCP notices by itself, if late. */
  readonly protocols?: readonly Kind[]
  /** Backends by their ids whose TCP connections end as well: their time is over, though they answer. */
  readonly allOf?: ReadonlySet<number>
}

const kinds = { TCP: 'tcp', UDP: 'udp' } as const satisfies Record<SocketProtocol, Kind>

/**
 * Ends the sockets that are connected to a backend which their service does not have any more: they would go on to send
 * to nobody. Only sockets that this load balancer has connected are touched, and what is known of them is read only where
 * a backend of their protocol has been lost. Returns how many.
 *
 * Errors: NOT_SUPPORTED without `CONFIG_INET_DIAG_DESTROY`.
 */
export function endSockets(maps: PeerMaps, state: State, losses: Losses, options: EndOptions): number {
  const { namespaces, protocols = ['udp'] } = options
  const listed = (['UDP', 'TCP'] as const).filter((protocol) => protocols.includes(kinds[protocol]))
  const stale = (['UDP', 'TCP'] as const).flatMap((protocol) => {
    return staleOf(maps, protocol, state, concerned(protocol, losses, listed.includes(protocol), options))
  })
  let ended = 0
  for (const { diag, socket } of openOf(stale, namespaces)) if (diag.destroy(socket)) ended++
  maps.sockPeers.deleteBatch(stale.flatMap(({ key }) => key ?? []))
  for (const protocol of listed) losses.settle(protocol)
  return ended
}

/** Backends whose sockets may have to end; `undefined`: any. */
function concerned(
  protocol: SocketProtocol,
  losses: Losses,
  isListed: boolean,
  { allOf = new Set() }: EndOptions,
): ReadonlySet<number> | undefined {
  return isListed ? losses.of(protocol)?.union(allOf) : allOf
}

function staleOf(maps: PeerMaps, protocol: SocketProtocol, state: State, backends?: ReadonlySet<number>): Peer[] {
  if (backends?.size === 0) return []
  return [...peersOf(maps, protocol, backends)].filter((peer) => !hasBackend(peer, state))
}

/** Whether the service still has the backend, draining or not. */
function hasBackend({ address, port, protocol, backend }: Peer, state: State): boolean {
  const found = findFrontend({ address: addressOf(address), port, protocol }, state, true)
  const slots = found && state.services.get(found.frontend.service)?.slots
  return slots !== undefined && idsOf(slots).includes(backend)
}
