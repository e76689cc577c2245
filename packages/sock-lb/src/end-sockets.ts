import type { SockLb, SockPeer, SockPeerKey } from '@skep/datapath/sock-lb'
import type { NetworkNamespace, SocketProtocol } from 'netlink-ts'
import { findFrontend } from './lookup.ts'
import { protocolOf } from './key.ts'
import { kindOf, kindsOf, peersThat, socketsIn } from './open-sockets.ts'
import type { State } from './state.ts'
import { addressOf } from './words.ts'

export interface EndOptions {
  /** The host's network namespace, and the pods'. Those that have none of the sockets are not asked. */
  readonly namespaces: Iterable<NetworkNamespace>
  /** `udp`: those that are connected; others choose again by themselves. TCP notices by itself, if late. */
  readonly protocols?: readonly SocketProtocol[]
  /** Backends by their ids whose TCP connections end as well: their time is over, though they answer. */
  readonly allOf?: ReadonlySet<number>
}

/**
 * Ends the sockets that are connected to a backend which their service does not have any more: they would go on to send
 * to nobody. Only sockets that this load balancer has connected are touched. Returns how many.
 *
 * Errors: NOT_SUPPORTED without `CONFIG_INET_DIAG_DESTROY`.
 */
export function endSockets(
  peers: SockLb['maps']['sockPeers'],
  state: State,
  { namespaces, protocols = ['udp'], allOf = new Set() }: EndOptions,
): number {
  const ends = (key: SockPeerKey, peer: SockPeer): boolean =>
    (protocols.includes(kindOf(key)) || allOf.has(peer.backend)) && !hasBackend(key, peer, state)
  const { found: stale, netns } = peersThat(peers, ends)
  let ended = 0
  for (const { diag, socket } of socketsIn(namespaces, netns, kindsOf(stale)))
    if (stale.has(socket.cookie) && diag.destroy(socket)) ended++
  peers.deleteBatch([...stale.values()].flat())
  return ended
}

/** Whether the service still has the backend, draining or not. */
function hasBackend(key: SockPeerKey, peer: SockPeer, state: State): boolean {
  const destination = { address: addressOf(peer.address), port: peer.port, protocol: protocolOf(key) }
  const found = findFrontend(destination, state, true)
  const slots = found && state.services.get(found.frontend.service)?.slots
  return slots !== undefined && (slots.active.includes(peer.backend) || slots.draining.includes(peer.backend))
}
